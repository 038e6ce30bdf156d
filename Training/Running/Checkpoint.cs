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

    internal static Checkpoint Of(Trainer trainer)
    {
        var checkpoint = new Checkpoint(new Safetensors(), [.. Blocks(trainer).Select(source => new FloatBuffer(source.Block.Length))]);
        checkpoint.Take(trainer);
        return checkpoint;
    }

    /// <summary>Replaces the content by the trainer's, in the same memory; <see cref="ArgumentException"/> if it has another size.</summary>
    internal void Take(Trainer trainer)
    {
        (string Prefix, FloatBuffer Block)[] sources = [.. Blocks(trainer)];
        if (!sources.Select(source => source.Block.Length).SequenceEqual(blocks.Select(block => block.Length)))
            throw new ArgumentException("The checkpoint was not captured from a run of the same network and update rule.");

        file = new Safetensors();
        file.Metadata["format"] = FormatVersion;
        file.Metadata["numerics"] = Numerics.Version.ToString(CultureInfo.InvariantCulture);
        file.Metadata["spec"] = SpecJson.Write(trainer.Spec);
        file.Metadata["dataset"] = trainer.DatasetSha256;
        file.Metadata["iteration"] = trainer.Iteration.ToString(CultureInfo.InvariantCulture);
        file.Metadata["bestIteration"] = trainer.BestIteration.ToString(CultureInfo.InvariantCulture);
        file.Metadata["bestValidationAccuracy"] = trainer.BestValidationAccuracy.ToString("R", CultureInfo.InvariantCulture);
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i].Block.Span.CopyTo(blocks[i].Span);
            foreach (PlacedParameter p in trainer.Network.Layout.Parameters)
                file.Add($"{sources[i].Prefix}.{p.Name}", ElementType.F32, ShapeOf(p), p.BytesIn(blocks[i]));
        }

        AddHistory(file, "losses", trainer.History.Losses);
        AddHistory(file, "trainAccuracies", trainer.History.TrainAccuracies);
        AddHistory(file, "validationAccuracies", trainer.History.ValidationAccuracies);
    }

    internal void Restore(Trainer trainer)
    {
        Expect("spec", SpecJson.Write(trainer.Spec), "resume with the spec that the run began with.");
        Expect("dataset", trainer.DatasetSha256, "resume with the dataset that the run began with.");
        long iteration = Iteration, bestIteration = Whole("bestIteration");
        if (iteration > trainer.TotalIterations || bestIteration > iteration)
            throw new InvalidInputException("iteration", $"{iteration} (best {bestIteration}) is not a position of a run of {trainer.TotalIterations} iterations.");
        if (!double.TryParse(Text("bestValidationAccuracy"), CultureInfo.InvariantCulture, out double best))
            throw new InvalidInputException("bestValidationAccuracy", "is not a number.");
        if (History("losses").Length != iteration) throw new InvalidInputException("history.losses", $"has {History("losses").Length} numbers, not {iteration}.");
        (string Prefix, FloatBuffer Block)[] blocks = [.. Blocks(trainer)];
        foreach ((string prefix, FloatBuffer _) in blocks)
            foreach (PlacedParameter p in trainer.Network.Layout.Parameters) CheckShape(prefix, p);

        foreach ((string prefix, FloatBuffer block) in blocks)
            foreach (PlacedParameter p in trainer.Network.Layout.Parameters) file[$"{prefix}.{p.Name}"].Floats.CopyTo(p.In(block));
        trainer.History.Replace(History("losses"), History("trainAccuracies"), History("validationAccuracies"));
        trainer.SetPosition(iteration, bestIteration, best);
    }

    private static IEnumerable<(string Prefix, FloatBuffer Block)> Blocks(Trainer trainer)
    {
        yield return ("parameters", trainer.Parameters);
        yield return ("best", trainer.BestParameters);
        for (int i = 0; i < trainer.Optimizer.States.Length; i++)
            yield return ($"optimizer.{trainer.Spec.Optimizer.StateNames[i]}", trainer.Optimizer.States[i]);
    }

    private static void AddHistory(Safetensors file, string name, IReadOnlyList<double> values) =>
        file.Add($"history.{name}", [values.Count], values.ToArray().AsSpan());

    private static long[] ShapeOf(PlacedParameter p) => [.. p.Parameter.Shape.Select(extent => (long)extent)];

    private void CheckShape(string prefix, PlacedParameter p)
    {
        Tensor tensor = file[$"{prefix}.{p.Name}"];
        if (tensor.Type != ElementType.F32 || !tensor.Shape.SequenceEqual(ShapeOf(p)))
            throw new InvalidInputException(tensor.Name, $"is {tensor.Type} of [{string.Join(", ", tensor.Shape)}], not F32 of [{string.Join(", ", p.Parameter.Shape)}].");
    }

    private ReadOnlySpan<double> History(string name) => file[$"history.{name}"].Doubles;

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
