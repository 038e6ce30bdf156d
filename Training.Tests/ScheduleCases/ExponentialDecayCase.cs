using CnnService.Training.Schedules;

namespace CnnService.Training.Tests.ScheduleCases;

internal sealed class ExponentialDecayCase : ScheduleCase
{
    public override Type Kind => typeof(ExponentialDecay);

    public override string Defaults => """{"type":"exponential-decay","warmup":0}""";

    // Its factor is the run's, and 1 without one.
    public override double[] ByHand => [1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    public override ScheduleSpec Draw(int number) => new ExponentialDecay { Factor = 1 - number / 20.0, Warmup = number % 3 };

    public override double Share(ScheduleSpec schedule, double i, double E, double T) => Math.Pow(((ExponentialDecay)schedule).Factor, Math.Floor(i / E));
}
