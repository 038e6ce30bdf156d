using System.Numerics;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;

namespace CnnService.Training.Tests.Golden;

/// <summary>
/// The three-layer network of the golden files (convolution, ReLU, 2x2 max pooling, affine, ReLU, affine) on the reference layers, and its
/// training with recorded batches: an epoch has ceil(images / batch) iterations, after each of them the learning rate decays; accuracies
/// are measured after the first step, each epoch and the last step; the best parameters are those of the first highest validation accuracy.
/// </summary>
internal sealed class ReferenceTraining<T>
    where T : IFloatingPointIeee754<T>
{
    private static readonly string[] Names = ["W1", "b1", "W2", "b2", "W3", "b3"];
    private readonly GoldenFile file;
    private readonly ReferenceNetwork<T> network;
    private readonly ReferenceUpdater<T>[] updaters;
    private readonly List<double> losses = [], trainAccuracies = [], validationAccuracies = [];
    private readonly GoldenResults results = [];
    private double best = -1;
    private int epoch;

    private ReferenceTraining(GoldenFile file)
    {
        this.file = file;
        network = Network(file);
        string rule = file.Text("update_rule");
        updaters = [.. network.Parameters.Select(parameter => new ReferenceUpdater<T>(file, rule, parameter.Values.Length))];
    }

    /// <summary>Results of a <c>three_layer_conv_net</c> file.</summary>
    public static GoldenResults LossAndGradients(GoldenFile file)
    {
        ReferenceNetwork<T> network = Network(file);
        Tensor4<T> x = file["X"].Images<T>();
        GoldenResults results = new()
        {
            { "scores", network.Forward(x, training: false) },
            { "loss", double.CreateChecked(network.Loss(x, file["y"].Integers)) },
        };
        ReferenceGradients<T> gradients = network.Backward();
        foreach ((string name, ReferenceParameter<T> parameter) in Names.Zip(network.Parameters))
            results.Add($"grads.{name}", GoldenTensor.From(gradients.Parameters[parameter.Name], file[$"params.{name}"].Shape));
        return results;
    }

    /// <summary>Results of a <c>check_accuracy</c> file: the rows are given, and batches change nothing.</summary>
    public static GoldenResults Accuracy(GoldenFile file)
    {
        int[] rows = file.Has("sample_indices") ? file["sample_indices"].Integers : [.. Enumerable.Range(0, (int)file["X"].Shape[0])];
        return new() { { "acc", Accuracy(Network(file), Select(file["X"], rows), Labels(file["y"], rows)) } };
    }

    /// <summary>Results of a <c>trainer</c> file.</summary>
    public static GoldenResults Run(GoldenFile file) => new ReferenceTraining<T>(file).Run();

    private static ReferenceNetwork<T> Network(GoldenFile file)
    {
        Tensor4<T> Weights(int layer) => file[$"params.W{layer}"].Images<T>();
        T[] Biases(int layer) => file[$"params.b{layer}"].Numbers<T>();
        return new(
            [
                new ConvolutionLayer<T>(Weights(1), Biases(1), stride: 1, padding: (Weights(1).H - 1) / 2),
                new ReluLayer<T>(),
                new MaxPoolingLayer<T>(new Window(2, 2, Stride: 2)),
                new AffineLayer<T>(Weights(2), Biases(2)),
                new ReluLayer<T>(),
                new AffineLayer<T>(Weights(3), Biases(3)),
            ],
            file.Number("reg", 0));
    }

    private GoldenResults Run()
    {
        GoldenTensor batches = file["batch_indices"];
        int steps = (int)batches.Shape[0];
        int iterationsPerEpoch = (int)Math.Ceiling(file["X_train"].Shape[0] / file.Number("batch_size"));
        for (int t = 0; t < steps; t++)
        {
            Step(batches[t].Integers);
            if (t == 0) AddParameters("params_after_step1");
            bool epochEnds = (t + 1) % iterationsPerEpoch == 0;
            if (epochEnds) EndEpoch();
            if (t == 0 || epochEnds || t == steps - 1) Measure();
        }

        AddParameters("last_params");
        AddHistories();
        return results;
    }

    private void Step(int[] rows)
    {
        losses.Add(double.CreateChecked(network.Loss(Select(file["X_train"], rows), Labels(file["y_train"], rows))));
        ReferenceGradients<T> gradients = network.Backward();
        foreach ((ReferenceUpdater<T> updater, ReferenceParameter<T> parameter) in updaters.Zip(network.Parameters))
            updater.Step(parameter.Values, gradients.Parameters[parameter.Name]);
    }

    private void EndEpoch()
    {
        epoch++;
        foreach (ReferenceUpdater<T> updater in updaters) updater.LearningRate *= file.Number("lr_decay");
    }

    private void Measure()
    {
        trainAccuracies.Add(Accuracy(network, file["X_train"].Images<T>(), file["y_train"].Integers));
        validationAccuracies.Add(Accuracy(network, file["X_val"].Images<T>(), file["y_val"].Integers));
        if (validationAccuracies[^1] <= best) return;
        best = validationAccuracies[^1];
        AddParameters("params");
    }

    private void AddParameters(string prefix)
    {
        foreach ((string name, ReferenceParameter<T> parameter) in Names.Zip(network.Parameters))
            results[$"{prefix}.{name}"] = GoldenTensor.From(parameter.Values, file[$"params.{name}"].Shape);
    }

    private void AddHistories()
    {
        results.Add("loss_history", losses.ToArray());
        results.Add("train_acc_history", trainAccuracies.ToArray());
        results.Add("val_acc_history", validationAccuracies.ToArray());
        results.Add("best_val_acc", best);
        results.Add("epoch", epoch);
        results.Add("learning_rate", updaters[0].LearningRate);
        foreach ((string name, ReferenceUpdater<T> updater) in Names.Zip(updaters))
            foreach ((string state, GoldenTensor value) in updater.State)
                results.Add($"state.{name}.{state}", value.Shape.Length == 0 ? value : value with { Shape = file[$"params.{name}"].Shape });
    }

    private static double Accuracy(ReferenceNetwork<T> network, Tensor4<T> x, int[] labels)
    {
        Tensor4<T> scores = network.Forward(x, training: false);
        int right = Enumerable.Range(0, scores.N).Count(n => Enumerable.Range(0, scores.D).MaxBy(k => scores[n, k]) == labels[n]);
        return (double)right / scores.N;
    }

    private static Tensor4<T> Select(GoldenTensor images, int[] rows) =>
        GoldenTensor.Stack([.. rows.Select(row => images[row])]).Images<T>();

    private static int[] Labels(GoldenTensor labels, int[] rows) => [.. rows.Select(row => labels.Integers[row])];
}
