namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// The database is away, as after a disk was mounted in the wrong place: the start is refused with one line, and no dataset is touched.
/// </summary>
internal sealed class MissingDatabase : Fault
{
    /// <inheritdoc/>
    public override string Name => "missing database";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync();
        await world.UploadAsync();
        await world.Service.TerminateAsync();
        string away = Directory.CreateDirectory(Path.Combine(world.Data, "away")).FullName;
        string[] datasets = Directory.GetFiles(Path.Combine(world.Data, "datasets"));
        string[] database = Directory.GetFiles(world.Data, "cnnservice.db*");
        foreach (string file in datasets) File.Copy(file, In(away, file));
        foreach (string file in database) File.Move(file, In(away, file));
        world.Tally.Injected();

        await using (Service service = await Service.StartAsync(world.Data, new Launch()))
        {
            if (world.Tally.Check(service.HasEnded, "the service starts without its database, over the datasets of before"))
            {
                bool saysWhy = service.ExitCode == 1 && service.Errors.Count == 1;
                world.Tally.Check(saysWhy, $"the start without a database exits with {service.ExitCode}: {service.LastLines}");
            }
        }

        world.Tally.Check(datasets.All(File.Exists), Wrong.Lost, "the start without a database deletes dataset files");
        foreach (string file in Directory.GetFiles(world.Data, "cnnservice.db*")) File.Delete(file);
        foreach (string file in (string[])[.. datasets, .. database]) File.Move(In(away, file), file, overwrite: true);
        Directory.Delete(away);
    }

    private static string In(string folder, string file) => Path.Combine(folder, Path.GetFileName(file));
}
