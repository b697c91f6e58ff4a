package io.gabor.data;

import java.net.URI;
import java.util.List;

/**
 * A file that can be downloaded.
 *
 * @param name its name here
 * @param mirrors where it is, the first to be tried first
 * @param digest what it must be
 * @param maxBytes more than it can be: a mirror that sends more is given up
 */
record RemoteFile(String name, List<URI> mirrors, Digest digest, long maxBytes) {}
