using CnnService.Training.Schedules;

namespace CnnService.Training.Tests.ScheduleCases;

internal sealed class StepDecayCase : ScheduleCase
{
    public override Type Kind => typeof(StepDecay);

    public override string Defaults => """{"type":"step","every":2,"factor":0.5,"warmup":0}""";

    public override double[] ByHand => [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25];

    public override ScheduleSpec Draw(int number) => new StepDecay { Every = 1 + number % 3, Factor = (1 + number) / 12.0, Warmup = number % 2 * 0.3 };

    public override double Share(ScheduleSpec schedule, double i, double E, double T) =>
        Math.Pow(((StepDecay)schedule).Factor, Math.Floor(Math.Floor(i / E) / ((StepDecay)schedule).Every));
}
