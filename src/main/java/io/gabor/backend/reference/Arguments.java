package io.gabor.backend.reference;

import io.gabor.tensor.ElementType;
import io.gabor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the arguments of one call of one op and hands out the arrays behind its tensors. Everything that the seam
 * forbids is refused here, with a message that begins with the op's name: a closed backend, a tensor of another backend,
 * a released one, a wrong type, too few elements, an output that shares storage with another argument.
 */
final class Arguments {
    private final ReferenceBackend backend;
    private final String op;
    private final List<Named> inputs = new ArrayList<>();
    private final List<Named> outputs = new ArrayList<>();

    private record Named(String name, ReferenceStorage storage) {}

    Arguments(ReferenceBackend backend, String op) {
        this.backend = backend;
        this.op = op;
        if (backend.closed()) {
            throw new IllegalStateException(op + ": this backend has been closed; open a new one");
        }
    }

    /** Returns an exception whose message begins with the op's name. */
    IllegalArgumentException error(String message) {
        return new IllegalArgumentException(op + ": " + message);
    }

    /** Checks {@code least <= value <= most}. */
    void range(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw error(name + " must be from " + least + " to " + most + ", found " + value);
        }
    }

    /** Checks {@code 0 <= value <= 1}. */
    void share(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw error(name + " must be from 0 to 1, found " + value);
        }
    }

    /** Checks a number of samples, rows, columns or elements: at least 1. */
    void count(String name, int value) {
        if (value < 1) {
            throw error(name + " must be at least 1, found " + value);
        }
    }

    /** Checks that an argument that this op has no use for is null. */
    void absent(String name, Tensor tensor, String reason) {
        if (tensor != null) {
            throw error(name + " must be null because " + reason + ", found " + tensor);
        }
    }

    /** Returns the numbers of a planned op's own workspace. */
    double[] workspace(ReferenceStorage workspace) {
        if (workspace.released()) {
            throw new IllegalStateException(op + ": this op has been closed; plan a new one");
        }
        return workspace.floats();
    }

    /** Returns the numbers of an F32 tensor that the op reads. */
    double[] input(String name, Tensor tensor, long size) {
        return read(name, tensor, ElementType.F32, size).floats();
    }

    /** Returns the numbers of an I32 tensor that the op reads. */
    int[] intInput(String name, Tensor tensor, long size) {
        return read(name, tensor, ElementType.I32, size).ints();
    }

    /** Returns the labels that an op reads, each checked to be in {@code [0, classes)}. */
    int[] labels(String name, Tensor tensor, int n, int classes) {
        int[] labels = intInput(name, tensor, n);
        for (int i = 0; i < n; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw error(name + "[" + i + "] must be from 0 to " + (classes - 1) + ", found " + labels[i]);
            }
        }
        return labels;
    }

    /** Returns the storage of a tensor of any type that the op reads. */
    ReferenceStorage anyInput(String name, Tensor tensor, long size) {
        return read(name, tensor, null, size);
    }

    /** Returns the numbers of an F32 tensor that the op writes. */
    double[] output(String name, Tensor tensor, long size) {
        return write(name, tensor, ElementType.F32, size).floats();
    }

    /** As {@link #output(String, Tensor, long)}; null if the tensor is null, which means that nobody wants it. */
    double[] outputOrNull(String name, Tensor tensor, long size) {
        return tensor == null ? null : output(name, tensor, size);
    }

    /** Returns the numbers of an I32 tensor that the op writes. */
    int[] intOutput(String name, Tensor tensor, long size) {
        return write(name, tensor, ElementType.I32, size).ints();
    }

    /** Returns the storage of a tensor that the op writes, of the given type, or any if that is null. */
    ReferenceStorage output(String name, Tensor tensor, ElementType type, long size) {
        return write(name, tensor, type, size);
    }

    /** Returns the numbers of an F32 tensor that the op writes and that may be one of its inputs. */
    double[] inPlaceOutput(String name, Tensor tensor, long size) {
        return check(name, tensor, ElementType.F32, size).floats();
    }

    private ReferenceStorage read(String name, Tensor tensor, ElementType type, long size) {
        Named argument = new Named(name, check(name, tensor, type, size));
        refuseSharing(argument, outputs);
        inputs.add(argument);
        return argument.storage;
    }

    private ReferenceStorage write(String name, Tensor tensor, ElementType type, long size) {
        Named argument = new Named(name, check(name, tensor, type, size));
        refuseSharing(argument, outputs);
        refuseSharing(argument, inputs);
        outputs.add(argument);
        return argument.storage;
    }

    private void refuseSharing(Named argument, List<Named> others) {
        for (Named other : others) {
            if (other.storage == argument.storage) {
                throw error(argument.name + " and " + other.name
                        + " share one storage; an output of this op needs its own");
            }
        }
    }

    private ReferenceStorage check(String name, Tensor tensor, ElementType type, long size) {
        if (tensor == null) {
            throw error(name + " is null; expected a tensor of at least " + size + " elements");
        }
        if (!(tensor.storage() instanceof ReferenceStorage storage) || storage.owner() != backend) {
            throw error(name + " (" + tensor
                    + ") belongs to another backend; allocate it on this one and upload its values");
        }
        if (storage.released()) {
            throw error(name + " (" + tensor + ") has been released");
        }
        if (storage.type() != tensor.type() || (type != null && tensor.type() != type)) {
            throw error(name + " must be " + (type == null ? storage.type() : type) + ", found " + tensor);
        }
        if (tensor.size() < size) {
            throw error(name + " needs at least " + size + " elements, found " + tensor + " with " + tensor.size());
        }
        return storage;
    }
}
