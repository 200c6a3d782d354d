package dev.gradwatch.collector.source.gpu;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/**
 * A question to the driver in all forms of the function that we know, newest first. A form that the library lacks or does not understand makes way for
 * the next older one; the form that answered is asked first from then on. For one thread at a time.
 */
final class Query<T> {
    /** How a form is called and its answer read. */
    interface Call<T> {
        /** @param argument of the question, such as an index; without a meaning where it has none */
        T call(Function function, Pointer device, long argument) throws NvmlError;
    }

    private record Form<T>(Function function, Call<T> call) {}

    private final String name;
    private final int number;
    private final List<Form<T>> forms = new ArrayList<>();
    private int current;

    /** @param number of the question among all */
    Query(String name, int number) {
        this.name = name;
        this.number = number;
    }

    /** Adds an older form, where the library has it. */
    Query<T> form(NvmlLibrary library, String function, Call<T> call) {
        Function found = library.function(function);
        if (found != null) {
            forms.add(new Form<>(found, call));
        }
        return this;
    }

    int number() {
        return number;
    }

    T ask(Pointer device) throws NvmlError {
        return ask(device, 0);
    }

    T ask(Pointer device, long argument) throws NvmlError {
        NvmlError first = null;
        for (int i = current; i < forms.size(); i++) {
            Form<T> form = forms.get(i);
            try {
                T answer = form.call().call(form.function(), device, argument);
                current = i;
                return answer;
            } catch (NvmlError e) {
                if (!e.isOfTheForm()) {
                    throw e;
                }
                first = first == null ? e : first;
            }
        }
        throw first == null ? new NvmlError(name, NvmlError.FUNCTION_NOT_FOUND) : first;
    }
}
