using CnnService.Training.Schedules;

namespace CnnService.Training.Tests.ScheduleCases;

internal sealed class ConstantCase : ScheduleCase
{
    public override Type Kind => typeof(Constant);

    public override string Defaults => """{"type":"constant","warmup":0}""";

    public override double[] ByHand => [1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    public override ScheduleSpec Draw(int number) => new Constant { Warmup = number / 3.0 };

    public override double Share(ScheduleSpec schedule, double i, double E, double T) => 1;
}
