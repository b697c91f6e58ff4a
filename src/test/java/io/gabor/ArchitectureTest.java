package io.gabor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.EvaluationResult;
import io.gabor.backend.Backend;
import io.gabor.tensor.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which package may use which. A package that does not exist yet breaks no rule. */
class ArchitectureTest {
    private static final String ROOT = "io.gabor.";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.gabor");

    /** Each package with the packages of ours that it may use, besides itself. */
    enum Layer {
        TENSOR("tensor"),
        BACKEND("backend", "tensor"),
        REFERENCE("backend.reference", "tensor", "backend"),
        CPU("backend.cpu", "tensor", "backend", "backend.cpu.simd"),
        SIMD("backend.cpu.simd", "tensor"),
        CUDA("backend.cuda", "tensor", "backend"),
        NN("nn", "tensor", "backend"),
        OPTIM("optim", "tensor", "backend", "nn"),
        DATA("data", "tensor"),
        TRAIN("train", "tensor", "backend", "nn", "optim", "data"),
        MODEL("model", "tensor", "backend", "nn", "optim", "data", "train", "io"),
        IO("io", "tensor", "backend", "nn"),
        CLI(
                "cli",
                "tensor",
                "backend",
                "backend.reference",
                "backend.cpu",
                "backend.cpu.simd",
                "backend.cuda",
                "nn",
                "optim",
                "data",
                "train",
                "model",
                "io");

        private final String name;
        private final Set<String> mayUse;

        Layer(String name, String... mayUse) {
            this.name = name;
            this.mayUse = Set.of(mayUse);
        }
    }

    @ParameterizedTest
    @EnumSource
    void usesOnlyWhatItMay(Layer layer) {
        noClasses()
                .that(are("of " + layer.name, type -> home(type).equals(layer.name)))
                .should()
                .dependOnClassesThat(are("beyond " + layer.name + " and " + layer.mayUse, type -> {
                    String home = home(type);
                    return !home.isEmpty() && !home.equals(layer.name) && !layer.mayUse.contains(home);
                }))
                .allowEmptyShould(true)
                .check(MAIN);
    }

    /** A class in a package outside the table would escape every other rule. */
    @Test
    void everyClassHasAHome() {
        classes()
                .should()
                .resideInAnyPackage(Arrays.stream(Layer.values())
                        .map(layer -> ROOT + layer.name + "..")
                        .toArray(String[]::new))
                .check(MAIN);
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("io.gabor.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void onlySimdKnowsTheVectorApi() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "backend.cpu.simd..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(MAIN);
    }

    @Test
    void onlyCudaKnowsJcuda() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "backend.cuda..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jcuda..")
                .check(MAIN);
    }

    @Test
    void onlyIoKnowsTheYamlLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "io..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.snakeyaml..")
                .check(MAIN);
    }

    @Test
    void onlyTheCommandsKnowTheCommandLineLibraries() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..", "me.tongfei.progressbar..")
                .check(MAIN);
    }

    /** Guards the rules themselves: they see the classes, and a broken one is reported. */
    @Test
    void aBrokenRuleIsReported() {
        assertEquals("backend", home(MAIN.get(Backend.class)));
        assertEquals("tensor", home(MAIN.get(Shape.class)));
        EvaluationResult found = noClasses()
                .that(are("of backend", type -> home(type).equals("backend")))
                .should()
                .dependOnClassesThat(are("of tensor", type -> home(type).equals("tensor")))
                .evaluate(MAIN);
        assertTrue(found.hasViolation());
    }

    private static DescribedPredicate<JavaClass> are(String description, Predicate<JavaClass> predicate) {
        return DescribedPredicate.describe(description, predicate);
    }

    /** Returns the longest package of the table that holds this class, or nothing for a class that is not ours. */
    private static String home(JavaClass type) {
        String name = type.getBaseComponentType().getPackageName() + ".";
        return Stream.of(Layer.values())
                .map(layer -> layer.name)
                .filter(layer -> name.startsWith(ROOT + layer + "."))
                .max(Comparator.comparingInt(String::length))
                .orElse("");
    }
}
