using CnnService.Training.Reference;

namespace CnnService.Training.Tests.Reference;

/// <summary>Single steps with numbers that can be checked by hand.</summary>
public sealed class UpdateRuleTests
{
    [Fact]
    public void Sgd_OneStep_GoesAgainstTheGradient()
    {
        double[] w = [1];

        Sgd.Step(w, [2], new(LearningRate: 0.25));

        Assert.Equal([0.5], w);
    }

    [Fact]
    public void SgdMomentum_RateLowered_LeavesTheVelocityAsItIs()
    {
        double[] w = [0], velocity = [0];

        SgdMomentum.Step(w, [1], velocity, new(LearningRate: 1, Momentum: 0.5));
        SgdMomentum.Step(w, [1], velocity, new(LearningRate: 0, Momentum: 0.5));

        Assert.Equal([-0.5], velocity);
        Assert.Equal([-1.5], w);
    }

    [Fact]
    public void RmsProp_Epsilon_IsInsideTheRoot()
    {
        double[] w = [0], cache = [3];

        RmsProp.Step(w, [0.25], cache, new(LearningRate: 8, Decay: 1, Epsilon: 1));

        Assert.Equal([-1], w);
    }

    [Fact]
    public void Adam_FirstStep_IsTheLearningRateAndEpsilonIsOutsideTheRoot()
    {
        double[] w = [0];
        var state = new AdamState<double>([0], [0]);

        Adam.Step(w, [2], state, new(LearningRate: 3, Beta1: 0.9, Beta2: 0.999, Epsilon: 1));

        Assert.Equal(-2, w[0], 1e-12);
        Assert.Equal(1, state.Steps);
    }
}
