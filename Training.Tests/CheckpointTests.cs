using CnnService.Training.Optimizers;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

public sealed class CheckpointTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Resume_InMidEpoch_GivesTheSameLossesHistoryAndCheckpoint()
    {
        using Trainer whole = SmallRuns.Create(SmallRuns.Spec), first = SmallRuns.Create(SmallRuns.Spec), second = SmallRuns.Create(SmallRuns.Spec);
        double[] losses = [.. whole.Run(Cancel).Select(r => r.Loss)];
        Assert.Equal(losses[..16], first.Run(Cancel).Take(16).Select(r => r.Loss));

        second.Resume(Checkpoint.Read(first.Capture().ToArray()));

        Assert.Equal(16, second.Iteration);
        Assert.Equal(losses[16..], second.Run(Cancel).Select(r => r.Loss));
        Assert.Equal(whole.History.Losses, second.History.Losses);
        Assert.Equal(whole.History.ValidationAccuracies, second.History.ValidationAccuracies);
        Assert.Equal(whole.Capture().ToArray(), second.Capture().ToArray());
    }

    [Fact]
    public void Resume_OfACheckpointWithoutTheFieldsThatCameLater_GoesOn()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec), other = SmallRuns.Create(SmallRuns.Spec);
        Safetensors file = Safetensors.Read(Captured(trainer, 2).ToArray());
        string spec = file.Metadata["spec"];
        file.Metadata["spec"] = spec.Replace(""","schedule":{"type":"exponential-decay","warmup":0},"loss":{"type":"softmax-cross-entropy","labelSmoothing":0,"classWeights":"none"},"augmentations":[]""", "", StringComparison.Ordinal);
        Assert.NotEqual(spec, file.Metadata["spec"]);

        other.Resume(Checkpoint.Read(file.ToArray()));

        Assert.Equal(trainer.Capture().ToArray(), other.Capture().ToArray());
    }

    [Fact]
    public void Capture_ThenTrainingOn_DoesNotChangeTheCheckpoint()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec);
        Checkpoint checkpoint = Captured(trainer, 3);
        byte[] before = checkpoint.ToArray();

        Assert.Equal(5, trainer.Run(Cancel).Take(5).Count());

        Assert.Equal(before, checkpoint.ToArray());
        Assert.Equal(3, checkpoint.Iteration);
    }

    [Fact]
    public void Capture_IntoAnEarlierOne_ReplacesIt()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec);
        Checkpoint checkpoint = Captured(trainer, 3);
        Assert.Equal(5, trainer.Run(Cancel).Take(5).Count());

        trainer.Capture(checkpoint);

        Assert.Equal(8, checkpoint.Iteration);
        Assert.Equal(trainer.Capture().ToArray(), checkpoint.ToArray());
        Assert.Equal(checkpoint.ToArray().Length, checkpoint.Length);
    }

    [Fact]
    public void Capture_IntoOneOfAnotherSize_IsRefused()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Optimizer = new Adam() }), other = SmallRuns.Create(SmallRuns.Spec with { Optimizer = new Sgd() });
        Checkpoint captured = other.Capture(), read = Checkpoint.Read(trainer.Capture().ToArray());

        Assert.Throws<ArgumentException>(() => trainer.Capture(captured));
        Assert.Throws<ArgumentException>(() => trainer.Capture(read));
        Assert.Equal(other.Capture().ToArray(), captured.ToArray());
    }

    [Theory]
    [InlineData("spec", "resume with the spec")]
    [InlineData("dataset", "resume with the dataset")]
    public void Resume_OfAnotherRun_IsRefusedAndChangesNothing(string part, string remedy)
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec);
        using var other = new Trainer(
            part == "spec" ? SmallRuns.Spec with { Seed = 8 } : SmallRuns.Spec, part == "dataset" ? SmallRuns.Data with { Sha256 = "other" } : SmallRuns.Data, 1);
        Checkpoint checkpoint = Captured(trainer, 2);
        byte[] before = other.Capture().ToArray();

        var refused = Assert.Throws<InvalidInputException>(() => other.Resume(checkpoint));

        Assert.Equal(part, refused.Part);
        Assert.Contains(remedy, refused.Reason, StringComparison.Ordinal);
        Assert.Equal(before, other.Capture().ToArray());
    }

    [Theory]
    [InlineData("numerics", "0", "numerics")]
    [InlineData("format", "2", "format")]
    [InlineData("iteration", "-1", "iteration")]
    [InlineData("iteration", "99999", "iteration")]
    [InlineData("iteration", "3", "history.losses")]
    [InlineData("bestIteration", "3", "iteration")]
    [InlineData("bestValidationAccuracy", "high", "bestValidationAccuracy")]
    [InlineData("spec", null, "spec")]
    public void Resume_ChangedMetadata_IsRefused(string field, string? value, string part) =>
        MustRefuse(part, file =>
        {
            if (value is null) file.Metadata.Remove(field);
            else file.Metadata[field] = value;
            return file;
        });

    [Theory]
    [InlineData("parameters.layers.0.weight")]
    [InlineData("best.layers.5.runningVariance")]
    [InlineData("optimizer.m.layers.10.bias")]
    [InlineData("history.losses")]
    public void Resume_MissingTensor_IsRefused(string name) => MustRefuse(name, file => Copy(file, tensor => tensor.Name == name ? null : tensor));

    [Fact]
    public void Resume_TensorOfAnotherShape_IsRefused() =>
        MustRefuse("parameters.layers.0.bias", file => Copy(file, tensor => tensor.Name == "parameters.layers.0.bias" ? tensor with { Shape = [1, 17] } : tensor));

    private static Checkpoint Captured(Trainer trainer, int iterations)
    {
        Assert.Equal(iterations, trainer.Run(Cancel).Take(iterations).Count());
        return trainer.Capture();
    }

    private static void MustRefuse(string part, Func<Safetensors, Safetensors> change)
    {
        TrainingSpec spec = SmallRuns.Spec with { Optimizer = new Adam() };
        using Trainer trainer = SmallRuns.Create(spec), other = SmallRuns.Create(spec);
        byte[] changed = change(Safetensors.Read(Captured(trainer, 2).ToArray())).ToArray(), before = other.Capture().ToArray();

        Assert.Equal(part, Assert.Throws<InvalidInputException>(() => other.Resume(Checkpoint.Read(changed))).Part);
        Assert.Equal(before, other.Capture().ToArray());
    }

    private static Safetensors Copy(Safetensors file, Func<Tensor, Tensor?> change)
    {
        var copy = new Safetensors();
        foreach ((string key, string value) in file.Metadata) copy.Metadata[key] = value;
        foreach (Tensor tensor in file.Tensors)
            if (change(tensor) is Tensor kept) copy.Add(kept.Name, kept.Type, kept.Shape, kept.Data);
        return copy;
    }
}
