package io.gabor.data;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server on this machine that behaves well or badly. */
final class Mirror implements AutoCloseable {
    /** What it does with a request. */
    interface Behaviour {
        void answer(HttpExchange exchange, long from) throws IOException;
    }

    /** The requests so far: the path, and the Range header if there was one. */
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);

    Mirror(Behaviour behaviour) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            requests.add(exchange.getRequestURI().getPath() + (range == null ? "" : " " + range));
            long from = range == null ? 0 : Long.parseLong(range.replaceAll("bytes=(\\d+)-", "$1"));
            try (exchange) {
                behaviour.answer(exchange, from);
            }
        });
        server.start();
    }

    /** Sends content, or the rest of it. */
    static Behaviour sends(byte[] content) {
        return (exchange, from) -> {
            if (from >= content.length) {
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            if (from > 0) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, (int) from, content.length - (int) from);
        };
    }

    /** Sends whatever is asked for from the beginning, as servers without ranges do. */
    static Behaviour ignoresRanges(byte[] content) {
        return (exchange, from) -> sends(content).answer(exchange, 0);
    }

    /** Announces all of it, and closes the connection after so many bytes. */
    static Behaviour breaksAfter(int bytes, byte[] content) {
        return (exchange, from) -> {
            exchange.sendResponseHeaders(200, content.length);
            OutputStream body = exchange.getResponseBody();
            body.write(content, 0, bytes);
            body.flush();
        };
    }

    /** Answers with a status and nothing else. */
    static Behaviour status(int status) {
        return (exchange, from) -> exchange.sendResponseHeaders(status, -1);
    }

    /** Sends so many bytes and then nothing until this mirror is closed; with −1 not even the status. */
    Behaviour hangs(int bytes, byte[] content) {
        return (exchange, from) -> {
            if (bytes >= 0) {
                exchange.sendResponseHeaders(200, content.length);
                exchange.getResponseBody().write(content, 0, bytes);
                exchange.getResponseBody().flush();
            }
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** A mirror that hangs; see {@link #hangs}. */
    static Mirror hanging(int bytes, byte[] content) throws IOException {
        Mirror[] self = new Mirror[1];
        self[0] = new Mirror((exchange, from) -> self[0].hangs(bytes, content).answer(exchange, from));
        return self[0];
    }

    URI uri(String file) {
        return URI.create("http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort() + "/" + file);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
