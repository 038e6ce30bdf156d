using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Optimizers;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Golden;

/// <summary>The recorded network as our <see cref="ThreeLayerConvNet"/>, bound to the recorded parameters.</summary>
internal static class FastThreeLayerNet
{
    private static readonly string[] Names = ["W1", "b1", "W2", "b2", "W3", "b3"];

    /// <summary>Results of a <c>three_layer_conv_net</c> file.</summary>
    public static GoldenResults LossAndGradients(GoldenFile file, int threads)
    {
        (Network network, FloatBuffer parameters) = Build(file);
        int[] labels = file["y"].Integers;
        double regularization = file.Number("reg");
        var optimizer = new Optimizer(new SgdMomentum { Momentum = 0 }, network.Layout, parameters, regularization);
        using var team = new Team(threads);
        BoundNetwork bound = network.Bind(parameters, optimizer, labels.Length, team);
        file["X"].Numbers<float>().CopyTo(bound.Input.Span);
        var pass = new Pass(labels.Length, new DropoutNoise(seed: 0));
        var dscores = new FloatBuffer(bound.Scores.Length);
        bound.Forward(pass);
        GoldenResults results = new() { { "scores", GoldenTensor.From(bound.Scores.Span.ToArray(), labels.Length, network.Classes) } };
        double loss = SoftmaxLoss.Forward(bound.Scores.Span, labels, dscores.Span);

        // The L2 term joins the gradients inside the update: with momentum 0 and learning rate 1 the velocity is their negative.
        optimizer.Begin(learningRate: 1, iteration: 1);
        bound.Backward(dscores, pass);
        optimizer.Finish();
        results.Add("loss", loss + 0.5 * regularization * optimizer.SquaredWeights);
        foreach ((string name, PlacedParameter placed) in Names.Zip(network.Layout.Parameters))
        {
            float[] gradient = [.. placed.In(optimizer.States.First().Values).ToArray().Select(velocity => -velocity)];
            results.Add($"grads.{name}", GoldenTensor.From(gradient, file[$"params.{name}"].Shape));
        }

        return results;
    }

    /// <summary>The network of a file with <c>params.*</c>, and those parameters in its layout.</summary>
    public static (Network Network, FloatBuffer Parameters) Build(GoldenFile file)
    {
        GoldenTensor images = file[file.Has("X") ? "X" : "X_train"], filters = file["params.W1"];
        var spec = new ThreeLayerConvNet
        {
            Filters = (int)filters.Shape[0],
            FilterSize = (int)filters.Shape[2],
            HiddenUnits = (int)file["params.W2"].Shape[1],
        };
        var input = new Shape((int)images.Shape[1], (int)images.Shape[2], (int)images.Shape[3]);
        var network = new Network(spec, input, classes: (int)file["params.W3"].Shape[1]);
        var parameters = new FloatBuffer(network.Layout.Length);
        Assert.Equal(Names.Length, network.Layout.Parameters.Count);
        foreach ((string name, PlacedParameter placed) in Names.Zip(network.Layout.Parameters))
            file[$"params.{name}"].Numbers<float>().CopyTo(placed.In(parameters));
        return (network, parameters);
    }
}
