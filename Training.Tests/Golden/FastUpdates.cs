using CnnService.Training.Optimizers;
using CnnService.Training.Tensors;
using Adam = CnnService.Training.Optimizers.Adam;
using RmsProp = CnnService.Training.Optimizers.RmsProp;
using Sgd = CnnService.Training.Optimizers.Sgd;
using SgdMomentum = CnnService.Training.Optimizers.SgdMomentum;

namespace CnnService.Training.Tests.Golden;

/// <summary>The fast update rules on the recorded steps of their files.</summary>
internal static class FastUpdates
{
    /// <summary>The parameters and the states after each step; the learning rate may decay by a factor after each.</summary>
    public static GoldenResults Run(GoldenFile f)
    {
        OptimizerSpec rule = Rule(f);
        float[] w = f["w"].Numbers<float>();
        FloatBuffer[] states = [.. rule.StateNames.Select(_ => new FloatBuffer(w.Length))];
        foreach ((string name, FloatBuffer state) in rule.StateNames.Zip(states))
            if (f.Has(name)) f[name].Numbers<float>().CopyTo(state.Span);
        long iteration = f.Has("t") ? f["t"].Integers[0] : 0;
        double learningRate = rule.LearningRate;
        Dictionary<string, List<GoldenTensor>> afterStep = new() { ["w"] = [], ["t"] = [] };
        foreach (string name in rule.StateNames) afterStep.Add(name, []);
        for (int step = 0; step < f["dw"].Shape[0]; step++)
        {
            iteration++;
            rule.Update(
                new ParameterSlice(states, start: 0) { Kind = ParameterKind.Weight, Values = w, Gradients = f["dw"][step].Numbers<float>() }, learningRate, iteration);
            learningRate *= f.Number("lr_factor", 1);
            afterStep["w"].Add(GoldenTensor.From(w, f["w"].Shape));
            afterStep["t"].Add(GoldenTensor.From(iteration));
            foreach ((string name, FloatBuffer state) in rule.StateNames.Zip(states))
                afterStep[name].Add(GoldenTensor.From(state.Span.ToArray(), f["w"].Shape));
        }

        GoldenResults results = [];
        foreach ((string name, List<GoldenTensor> values) in afterStep) results.Add(name, GoldenTensor.Stack(values));
        return results;
    }

    /// <summary>The rule of the file's function; what the file does not give is our default, so that the defaults are held too.</summary>
    private static OptimizerSpec Rule(GoldenFile f)
    {
        (Sgd sgd, SgdMomentum momentum, RmsProp rmsProp, Adam adam) = (new(), new(), new(), new());
        double Rate(OptimizerSpec rule) => f.Number("learning_rate", rule.LearningRate);
        return f.Function switch
        {
            "sgd" => sgd with { LearningRate = Rate(sgd) },
            "sgd_momentum" => momentum with { LearningRate = Rate(momentum), Momentum = f.Number("momentum", momentum.Momentum) },
            "rmsprop" => rmsProp with
            {
                LearningRate = Rate(rmsProp),
                DecayRate = f.Number("decay_rate", rmsProp.DecayRate),
                Epsilon = f.Number("epsilon", rmsProp.Epsilon),
            },
            _ => adam with
            {
                LearningRate = Rate(adam),
                Beta1 = f.Number("beta1", adam.Beta1),
                Beta2 = f.Number("beta2", adam.Beta2),
                Epsilon = f.Number("epsilon", adam.Epsilon),
            },
        };
    }
}
