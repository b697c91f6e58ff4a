package io.gabor.cli;

import io.gabor.data.DataOptions;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that says where to look for data. */
final class DataFolderChoice {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where to look first for data sets, one folder each; then in $GABOR_DATA, then in the user's"
                    + " cache folder, then on the network.")
    private Path dataDir;

    /** Returns where to look for data. */
    DataOptions options() {
        return DataOptions.DEFAULT.withDataDir(dataDir);
    }
}
