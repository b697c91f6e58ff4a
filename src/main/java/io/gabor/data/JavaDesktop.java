package io.gabor.data;

/** The part of Java that reads, writes and draws images: the module {@code java.desktop}, which small runtimes leave out. */
public final class JavaDesktop {
    private static final String MODULE = "java.desktop";

    private JavaDesktop() {}

    /**
     * Makes sure that images can be worked with, on machines without a screen too.
     *
     * @param what for the message: what needs it
     * @throws DataException if this Java has no such module
     */
    public static void require(String what) {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            throw new DataException(what + " needs Java's module " + MODULE + ", which the Java at "
                    + System.getProperty("java.home") + " was started without or does not have; use a full JDK or JRE");
        }
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }
}
