using CnnService.Training.Datasets;
using CnnService.Training.Optimizers;
using CnnService.Training.Running;
using CnnService.Training.Schedules;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Golden;

/// <summary>How the real trainer, in float, computes what the <c>trainer</c> and <c>check_accuracy</c> files record: fed the recorded batches.</summary>
internal static class TrainerChecks
{
    // The original's parameter names and the layers that they belong to.
    private static readonly (string Recorded, string Placed)[] Names =
    [
        ("W1", "layers.0.weight"), ("b1", "layers.0.bias"), ("W2", "layers.3.weight"), ("b2", "layers.3.bias"), ("W3", "layers.5.weight"), ("b3", "layers.5.bias"),
    ];



    /// <summary>Results of a <c>trainer</c> file.</summary>
    public static GoldenResults Run(GoldenFile file)
    {
        GoldenResults results = [];
        FloatImages training = Images(file, "train");
        var order = new RecordedOrder(training.Count, file.Integer("batch_size"), file["batch_indices"]);
        using Trainer trainer = Create(file, Spec(file), training, Images(file, "val"), order);
        foreach (IterationReport report in trainer.Run(TestContext.Current.CancellationToken).Take((int)file["batch_indices"].Shape[0]))
            if (report.Iteration == 1) AddParameters(results, "params_after_step1", trainer, trainer.State.Parameters, file);

        AddParameters(results, "last_params", trainer, trainer.State.Parameters, file);
        AddParameters(results, "params", trainer, trainer.State.BestParameters, file);
        int epoch = (int)(trainer.Iteration / trainer.IterationsPerEpoch);
        results.Add("loss_history", trainer.History.Losses.ToArray());
        results.Add("train_acc_history", trainer.History.TrainAccuracies.ToArray());
        results.Add("val_acc_history", trainer.History.ValidationAccuracies.ToArray());
        results.Add("best_val_acc", trainer.BestValidationAccuracy);
        results.Add("epoch", epoch);
        results.Add("learning_rate", trainer.Spec.BoundSchedule.Rate(
            trainer.Spec.Optimizer.LearningRate, new Position(trainer.Iteration, trainer.IterationsPerEpoch, trainer.TotalIterations)));
        AddStates(results, trainer, file);
        return results;
    }

    /// <summary>Results of a <c>check_accuracy</c> file, in batches of the recorded size.</summary>
    public static GoldenResults Accuracy(GoldenFile file)
    {
        int[] rows = file.Has("sample_indices") ? file["sample_indices"].Integers : [.. Enumerable.Range(0, (int)file["X"].Shape[0])];
        var images = new FloatImages(ImageShape(file["X"]), file["X"].Numbers<float>(), file["y"].Integers);
        TrainingSpec spec = new() { Model = Net(file), BatchSize = file.Integer("batch_size"), Sampling = Sampling.Replacement };
        using Trainer trainer = Create(file, spec, images, images, order: null);
        return new() { { "acc", trainer.Learner.Measure(images, rows).Accuracy } };
    }

    private static Trainer Create(GoldenFile file, TrainingSpec spec, FloatImages training, FloatImages validation, BatchOrder? order)
    {
        string[] labels = [.. Enumerable.Range(0, (int)file["params.b3"].Shape[0]).Select(label => $"{label}")];
        var trainer = new Trainer(spec, new TrainingData(training, validation, labels, new Normalization([0], [1]), ""), threads: 2, order: order);
        foreach ((string recorded, string placed) in Names)
            file[$"params.{recorded}"].Numbers<float>().CopyTo(Placed(trainer, placed).In(trainer.State.Parameters));
        return trainer;
    }

    private static TrainingSpec Spec(GoldenFile file) => new()
    {
        Model = Net(file),
        Optimizer = file.Text("update_rule") switch
        {
            "sgd" => new Sgd { LearningRate = file.Number("learning_rate", new Sgd().LearningRate) },
            "sgd_momentum" => new SgdMomentum { LearningRate = file.Number("learning_rate"), Momentum = file.Number("momentum", new SgdMomentum().Momentum) },
            "rmsprop" => new RmsProp { LearningRate = file.Number("learning_rate"), DecayRate = file.Number("decay_rate") },
            _ => new Adam { LearningRate = file.Number("learning_rate") },
        },
        Regularization = file.Number("reg"),
        LearningRateDecay = file.Number("lr_decay"),
        Epochs = file.Integer("num_epochs"),
        BatchSize = file.Integer("batch_size"),
        Sampling = Sampling.Replacement,
    };

    private static ThreeLayerConvNet Net(GoldenFile file) => new()
    {
        Filters = (int)file["params.W1"].Shape[0],
        FilterSize = (int)file["params.W1"].Shape[2],
        HiddenUnits = (int)file["params.W2"].Shape[1],
    };

    private static FloatImages Images(GoldenFile file, string part) =>
        new(ImageShape(file[$"X_{part}"]), file[$"X_{part}"].Numbers<float>(), file[$"y_{part}"].Integers);

    private static Shape ImageShape(GoldenTensor images) => new((int)images.Shape[1], (int)images.Shape[2], (int)images.Shape[3]);

    private static PlacedParameter Placed(Trainer trainer, string name) => trainer.Network.Layout[name];

    private static void AddParameters(GoldenResults results, string prefix, Trainer trainer, FloatBuffer block, GoldenFile file)
    {
        foreach ((string recorded, string placed) in Names)
            results.Add($"{prefix}.{recorded}", GoldenTensor.From(Placed(trainer, placed).In(block).ToArray(), file[$"params.{recorded}"].Shape));
    }

    private static void AddStates(GoldenResults results, Trainer trainer, GoldenFile file)
    {
        foreach ((string recorded, string placed) in Names)
        {
            foreach ((string state, FloatBuffer block) in trainer.Learner.Optimizer.States)
            {
                float[] values = Placed(trainer, placed).In(block).ToArray();
                results.Add($"state.{recorded}.{state}", GoldenTensor.From(values, file[$"params.{recorded}"].Shape));
            }

            if (trainer.Spec.Optimizer is Adam) results.Add($"state.{recorded}.t", trainer.Iteration);
        }
    }

    /// <summary>The batches of a file.</summary>
    private sealed class RecordedOrder(int images, int batchSize, GoldenTensor batches) : BatchOrder((images + batchSize - 1) / batchSize, batchSize)
    {
        public override ReadOnlySpan<int> Batch(long iteration) => batches[(int)iteration].Integers;
    }
}
