package io.gabor.cli;

import io.gabor.backend.BackendProvider;
import io.gabor.backend.cpu.simd.KernelSelection;
import io.gabor.data.DataException;
import io.gabor.data.DataUnavailableException;
import io.gabor.data.Datasets;
import io.gabor.data.DownloadProgress;
import io.gabor.model.Xor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code gabor doctor}: what this machine gives, and what to do about what it does not give. */
@Command(
        name = "doctor",
        description = "Shows the JVM, the Vector API and how to turn it on, threads, backends and data sets; downloads"
                + " nothing.",
        footer = {"  gabor doctor", "  gabor doctor --data-dir /data --json doctor.json"})
final class DoctorCommand extends GaborCommand {
    @Mixin
    private BackendChoice backendChoice;

    @Mixin
    private DataFolderChoice folderChoice;

    @Override
    int run(Screen screen, JsonReport report) {
        List<BackendProvider> providers = backendChoice.providers();
        Runtime runtime = Runtime.getRuntime();
        String java = System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version");
        String system = System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch");
        String off = KernelSelection.reason();
        String simd = KernelSelection.kernels().description();
        Table table = new Table("gabor", Version.text())
                .row("Java", java)
                .row("Java home", System.getProperty("java.home"))
                .row("system", system)
                .row("processors", String.valueOf(runtime.availableProcessors()))
                .row("threads", String.valueOf(backendChoice.options().resolvedThreads()))
                .row("memory", "Java may use " + Numbers.bytes(runtime.maxMemory()))
                .row("Vector API", off.isEmpty() ? "on" : "off: " + off + turnOn())
                .row("kernels", simd)
                .row("second start", Relaunch.ofThisJvm().state().toString());
        screen.table(table);
        report.put("command", "doctor")
                .put("version", Version.text())
                .put("java", java)
                .put("javaHome", System.getProperty("java.home"))
                .put("system", system)
                .put("processors", runtime.availableProcessors())
                .put("threads", backendChoice.options().resolvedThreads())
                .put("maxMemoryBytes", runtime.maxMemory())
                .put("vectorApi", off.isEmpty())
                .put("vectorApiOffBecause", off)
                .put("kernels", simd)
                .put("relaunch", Relaunch.ofThisJvm().state().name().toLowerCase(Locale.ROOT))
                .put("backends", backends(screen, providers))
                .put("datasets", datasets(screen));
        return ExitCode.DONE;
    }

    private static String turnOn() {
        String remedy = KernelSelection.remedy();
        return remedy.isEmpty() ? "" : "; to turn it on, " + remedy;
    }

    private static List<Object> backends(Screen screen, List<BackendProvider> providers) {
        List<Object> written = new ArrayList<>();
        Table table = new Table("backend", "usable", "what it runs on, or why not");
        for (BackendProvider provider : providers) {
            BackendProvider.Availability found = provider.probe();
            table.row(
                    provider.name(),
                    found.usable() ? "yes" : "no",
                    found.detail() + (found.remedy().isEmpty() ? "" : "; " + found.remedy()));
            Map<String, Object> backend = new LinkedHashMap<>();
            backend.put("name", provider.name());
            backend.put("usable", found.usable());
            backend.put("detail", found.detail());
            backend.put("remedy", found.remedy());
            written.add(backend);
        }
        screen.line("");
        screen.table(table);
        return written;
    }

    private List<Object> datasets(Screen screen) {
        List<Object> written = new ArrayList<>();
        Table table = new Table("data set", "where");
        for (String name : DataChoice.NAMES) {
            if (name.equals(Xor.NAME)) {
                continue;
            }
            Map<String, Object> dataset = new LinkedHashMap<>();
            dataset.put("name", name);
            String where;
            try {
                where = Datasets.open(name, folderChoice.options().withDownload(false), DownloadProgress.NONE)
                        .location();
                dataset.put("found", true);
            } catch (DataUnavailableException e) {
                where = "not here; downloaded when it is first used";
                dataset.put("found", false);
            } catch (DataException e) {
                where = "unusable: " + e.getMessage();
                dataset.put("found", false);
            }
            dataset.put("where", where);
            table.row(name, where);
            written.add(dataset);
        }
        screen.line("");
        screen.table(table);
        return written;
    }
}
