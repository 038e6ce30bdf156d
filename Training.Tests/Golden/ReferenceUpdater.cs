using System.Numerics;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.Golden;

/// <summary>An update rule with the settings of a golden file, and its state for one parameter.</summary>
internal sealed class ReferenceUpdater<T>
    where T : IFloatingPointIeee754<T>
{
    private readonly GoldenFile file;
    private readonly string rule;
    private readonly T[] velocity, cache;
    private readonly AdamState<T> adam;

    /// <param name="file">Gives the settings, and the state where it is not 0.</param>
    /// <param name="rule">sgd, sgd_momentum, rmsprop or adam.</param>
    /// <param name="length">Numbers of the parameter.</param>
    public ReferenceUpdater(GoldenFile file, string rule, int length)
    {
        T[] Start(string state) => file.Has(state) ? file[state].Numbers<T>() : new T[length];
        (this.file, this.rule) = (file, rule);
        (velocity, cache) = (Start("velocity"), Start("cache"));
        adam = new(Start("m"), Start("v")) { Steps = file.Has("t") ? file["t"].Integers[0] : 0 };
        LearningRate = file.Number("learning_rate", rule == "adam" ? AdamSettings.Default.LearningRate : SgdSettings.Default.LearningRate);
    }

    /// <summary>May be changed between steps.</summary>
    public double LearningRate { get; set; }

    /// <summary>The state by the names that golden files give, copied.</summary>
    public IReadOnlyDictionary<string, GoldenTensor> State => rule switch
    {
        "sgd" => new Dictionary<string, GoldenTensor>(),
        "sgd_momentum" => new Dictionary<string, GoldenTensor> { ["velocity"] = GoldenTensor.From(velocity) },
        "rmsprop" => new Dictionary<string, GoldenTensor> { ["cache"] = GoldenTensor.From(cache) },
        _ => new Dictionary<string, GoldenTensor>
        {
            ["m"] = GoldenTensor.From(adam.M),
            ["v"] = GoldenTensor.From(adam.V),
            ["t"] = GoldenTensor.From(adam.Steps),
        },
    };

    /// <summary>One step; overwrites w.</summary>
    public void Step(T[] w, T[] dw)
    {
        switch (rule)
        {
            case "sgd":
                Sgd.Step(w, dw, new(LearningRate));
                break;
            case "sgd_momentum":
                SgdMomentum.Step(w, dw, velocity, new(LearningRate, file.Number("momentum", SgdMomentumSettings.Default.Momentum)));
                break;
            case "rmsprop":
                RmsPropSettings rmsProp = RmsPropSettings.Default;
                RmsProp.Step(w, dw, cache, new(
                    LearningRate,
                    file.Number("decay_rate", rmsProp.Decay),
                    file.Number("epsilon", rmsProp.Epsilon)));
                break;
            case "adam":
                AdamSettings settings = AdamSettings.Default;
                Adam.Step(w, dw, adam, new(
                    LearningRate,
                    file.Number("beta1", settings.Beta1),
                    file.Number("beta2", settings.Beta2),
                    file.Number("epsilon", settings.Epsilon)));
                break;
            default:
                throw new InvalidOperationException($"There is no update rule {rule}.");
        }
    }
}
