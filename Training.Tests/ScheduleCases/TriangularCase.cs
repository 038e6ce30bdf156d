using CnnService.Training.Schedules;

namespace CnnService.Training.Tests.ScheduleCases;

internal sealed class TriangularCase : ScheduleCase
{
    public override Type Kind => typeof(Triangular);

    public override string Defaults => """{"type":"triangular","peak":0.23,"start":0.2,"final":0.07,"warmup":0}""";

    // The peak is at floor(2.3) = 2; 0.93 / 8 = 0.11625 down each iteration.
    public override double[] ByHand => [0.2, 0.6, 1, 0.88375, 0.7675, 0.65125, 0.535, 0.41875, 0.3025, 0.18625];

    public override ScheduleSpec Draw(int number) => new Triangular { Peak = number / 11.0, Start = number / 20.0, Final = 0.5 - number / 30.0 };

    public override double Share(ScheduleSpec schedule, double i, double E, double T)
    {
        var triangular = (Triangular)schedule;
        double top = Math.Floor(triangular.Peak * T);
        return i < top ? triangular.Start + (1 - triangular.Start) * i / top : 1 - (1 - triangular.Final) * (i - top) / (T - top);
    }
}
