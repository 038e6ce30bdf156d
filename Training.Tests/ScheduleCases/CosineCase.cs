using CnnService.Training.Schedules;

namespace CnnService.Training.Tests.ScheduleCases;

internal sealed class CosineCase : ScheduleCase
{
    public override Type Kind => typeof(Cosine);

    public override string Defaults => """{"type":"cosine","final":0,"warmup":0}""";

    // (1 + cos(18 degrees * i)) / 2
    public override double[] ByHand =>
        [1, 0.9755282581475768, 0.9045084971874737, 0.7938926261462366, 0.6545084971874737, 0.5, 0.3454915028125263, 0.2061073738537634, 0.0954915028125263, 0.0244717418524232];

    public override ScheduleSpec Draw(int number) => new Cosine { Final = number / 20.0, Warmup = number % 4 / 2.0 };

    public override double Share(ScheduleSpec schedule, double i, double E, double T)
    {
        double final = ((Cosine)schedule).Final;
        return final + (1 - final) * (1 + Math.Cos(Math.PI * i / T)) / 2;
    }
}
