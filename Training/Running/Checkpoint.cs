using System.Globalization;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>
/// Everything a run needs to go on bit for bit: parameters and running statistics, optimizer states, the best so far, histories, position.
/// Random numbers and the order of the images are functions of the position, so they need no state. Stored in the safetensors layout.
/// </summary>
public sealed class Checkpoint
{
    private const string FormatVersion = "1";
    private readonly FloatBuffer[] blocks; // of a captured checkpoint, in the order of the trainer's
    private Safetensors file;

    private Checkpoint(Safetensors file, FloatBuffer[] blocks) => (this.file, this.blocks) = (file, blocks);

    /// <summary>Iterations done.</summary>
    public long Iteration => Whole("iteration");

    /// <summary>How many bytes <see cref="WriteTo"/> writes.</summary>
    public long Length => file.Length;

    /// <summary>Reads a stored checkpoint; InvalidInputException if it is not one, or was made with another <see cref="Numerics.Version"/>.</summary>
    public static Checkpoint Read(ReadOnlyMemory<byte> bytes)
    {
        var checkpoint = new Checkpoint(Safetensors.Read(bytes), []);
        checkpoint.Expect("format", FormatVersion, "this program reads another format.");
        checkpoint.Expect(
            "numerics",
            Numerics.Version.ToString(CultureInfo.InvariantCulture),
            "this program's sums have other bits, so the run cannot go on exactly.");
        return checkpoint;
    }

    /// <summary>Writes the checkpoint.</summary>
    public void WriteTo(Stream stream) => file.WriteTo(stream);

    /// <summary>The checkpoint's bytes.</summary>
    public byte[] ToArray() => file.ToArray();

    /// <summary>A copy of a state.</summary>
    internal static Checkpoint Of(TrainerState state, RunIdentity run)
    {
        var checkpoint = new Checkpoint(new Safetensors(), [.. state.Blocks.Select(source => new FloatBuffer(source.Block.Length))]);
        checkpoint.Take(state, run);
        return checkpoint;
    }

    /// <summary>Replaces the content by a state, in the same memory; <see cref="ArgumentException"/> if it has another size.</summary>
    internal void Take(TrainerState state, RunIdentity run)
    {
        (string Name, FloatBuffer Block)[] sources = [.. state.Blocks];
        if (!sources.Select(source => source.Block.Length).SequenceEqual(blocks.Select(block => block.Length)))
            throw new ArgumentException("The checkpoint was not captured from a run of the same network and update rule.");

        file = new Safetensors();
        file.Metadata["format"] = FormatVersion;
        file.Metadata["numerics"] = Numerics.Version.ToString(CultureInfo.InvariantCulture);
        file.Metadata["spec"] = run.Spec;
        file.Metadata["dataset"] = run.DatasetSha256;
        file.Metadata["iteration"] = state.Iteration.ToString(CultureInfo.InvariantCulture);
        file.Metadata["bestIteration"] = state.BestIteration.ToString(CultureInfo.InvariantCulture);
        file.Metadata["bestValidationAccuracy"] = state.BestValidationAccuracy.ToString("R", CultureInfo.InvariantCulture);
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i].Block.Span.CopyTo(blocks[i].Span);
            foreach (PlacedParameter p in state.Layout.Parameters)
                file.Add($"{sources[i].Name}.{p.Name}", ElementType.F32, ShapeOf(p), p.BytesIn(blocks[i]));
        }

        foreach ((string name, List<double> values) in state.History.Lists)
            file.Add($"history.{name}", [values.Count], values.ToArray().AsSpan());
    }

    /// <summary>Replaces a state by the content; InvalidInputException names what differs, and the state is then as before.</summary>
    internal void Restore(TrainerState state, RunIdentity run)
    {
        if (SpecOfToday() != run.Spec) Expect("spec", run.Spec, "resume with the spec that the run began with.");
        Expect("dataset", run.DatasetSha256, "resume with the dataset that the run began with.");
        long iteration = Iteration, bestIteration = Whole("bestIteration");
        if (iteration > run.TotalIterations || bestIteration > iteration)
            throw new InvalidInputException("iteration", $"{iteration} (best {bestIteration}) is not a position of a run of {run.TotalIterations} iterations.");
        if (!double.TryParse(Text("bestValidationAccuracy"), CultureInfo.InvariantCulture, out double best))
            throw new InvalidInputException("bestValidationAccuracy", "is not a number.");
        double[][] histories = [.. state.History.Lists.Select(list => History(list.Name))];
        if (histories[0].Length != iteration) throw new InvalidInputException("history.losses", $"has {histories[0].Length} numbers, not {iteration}.");
        (string Name, FloatBuffer Block)[] blocks = [.. state.Blocks];
        foreach ((string name, FloatBuffer _) in blocks)
            foreach (PlacedParameter p in state.Layout.Parameters) CheckShape(name, p);

        foreach ((string name, FloatBuffer block) in blocks)
            foreach (PlacedParameter p in state.Layout.Parameters) file[$"{name}.{p.Name}"].Floats.CopyTo(p.In(block));
        foreach (((string _, List<double> values), double[] history) in state.History.Lists.Zip(histories))
        {
            values.Clear();
            values.AddRange(history);
        }

        (state.Iteration, state.BestIteration, state.BestValidationAccuracy) = (iteration, bestIteration, best);
    }

    private static long[] ShapeOf(PlacedParameter p) => [.. p.Parameter.Shape.Select(extent => (long)extent)];

    private void CheckShape(string prefix, PlacedParameter p)
    {
        Tensor tensor = file[$"{prefix}.{p.Name}"];
        if (tensor.Type != ElementType.F32 || !tensor.Shape.SequenceEqual(ShapeOf(p)))
            throw new InvalidInputException(tensor.Name, $"is {tensor.Type} of [{string.Join(", ", tensor.Shape)}], not F32 of [{string.Join(", ", p.Parameter.Shape)}].");
    }

    // As this program writes it: fields that it did not have when it was captured have their defaults.
    private string SpecOfToday()
    {
        try
        {
            return SpecJson.Write(SpecJson.Read<TrainingSpec>(Text("spec")));
        }
        catch (InvalidInputException)
        {
            return "";
        }
    }

    // Validation losses were not measured at first.
    private double[] History(string name) => name == "validationLosses" && file.Tensors.All(tensor => tensor.Name != $"history.{name}")
        ? [.. Enumerable.Repeat(double.NaN, History("validationAccuracies").Length)]
        : file[$"history.{name}"].Doubles.ToArray();

    private void Expect(string field, string wanted, string remedy)
    {
        if (Text(field) != wanted) throw new InvalidInputException(field, $"the checkpoint has \"{Text(field)}\", not \"{wanted}\"; {remedy}");
    }

    private long Whole(string field) => long.TryParse(Text(field), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
        ? value
        : throw new InvalidInputException(field, $"is \"{Text(field)}\", not a whole number from 0.");

    private string Text(string field) => file.Metadata.TryGetValue(field, out string? value)
        ? value
        : throw new InvalidInputException(field, "is missing from the checkpoint.");
}

/// <summary>The run that a checkpoint belongs to.</summary>
/// <param name="Spec">The JSON of what is trained.</param>
/// <param name="DatasetSha256">The hash of the dataset.</param>
/// <param name="TotalIterations">Iterations of the whole run.</param>
internal sealed record RunIdentity(string Spec, string DatasetSha256, long TotalIterations);
