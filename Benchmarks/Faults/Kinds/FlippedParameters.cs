namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>A bit of a model's parameters is flipped: asking for them is a problem that says so, and never other numbers.</summary>
internal sealed class FlippedParameters : Fault
{
    /// <inheritdoc/>
    public override string Name => "flipped bit in parameters";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        Expected model = world.Oracle.Runs[world.Random.Next(world.Oracle.Runs.Count)];
        string which = $"Which = 'Best' AND Run = (SELECT \"Order\" FROM Runs WHERE Id = '{model.Id.ToString().ToUpperInvariant()}')";
        StoredByte? flipped = StoredByte.InDatabase(world.Database, "Parameters", which, world.Random);
        if (!world.Tally.Check(flipped is not null, "a completed run has no stored parameters")) return;
        world.Tally.Injected();
        world.IsDamaged = true;
        if (!await world.StartAsync()) return;

        await Damage.CheckModelAsync(world, model);
        await Damage.CheckModelAsync(world, world.Oracle.Runs.First(other => other != model), isDamaged: false);
        await world.Service.TerminateAsync();
        flipped!.FlipBack();
        world.IsDamaged = false;
    }
}
