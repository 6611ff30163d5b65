namespace Orchestrator.KillTest;

/// <summary>The whole machine stands still for longer than a heartbeat may be late, as when a lid is closed, and continues.</summary>
/// <param name="random">Chooses the moments.</param>
public sealed class Freezer(Random random) : IKiller
{
    /// <summary>Longer than the heartbeat timeout of every activity (20 s).</summary>
    private static readonly TimeSpan StallReason = TimeSpan.FromSeconds(25);
    private int _left = 2;

    /// <inheritdoc/>
    public int Processes => 1;

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromMilliseconds(random.Next(300, 2500));

    /// <inheritdoc/>
    public string? Prepare(KillRepository repository) => null;

    /// <inheritdoc/>
    public string? Kill(KillRepository repository, Disturber disturber)
    {
        if (_left == 0 || !repository.StartFolders.Any())
        {
            return null;
        }
        _left--;
        var frozen = disturber.Marked();
        Disturber.Signal("STOP", frozen);
        Thread.Sleep(StallReason);
        Disturber.Signal("CONT", frozen);
        return $"{frozen.Count} processes stood still";
    }
}

/// <summary>Kills every orchestrator while agents work, and nobody comes back before all of them have ended.</summary>
public sealed class Desertion : IKiller
{
    private readonly HashSet<string> _deserted = [];

    /// <inheritdoc/>
    public int Processes => 1;

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public string? Prepare(KillRepository repository) => null;

    /// <inheritdoc/>
    public string? Kill(KillRepository repository, Disturber disturber)
    {
        var atWork = repository
            .StartFolders.Where(folder => File.Exists(Path.Combine(folder, "pid")) && !File.Exists(Path.Combine(folder, "exit")))
            .ToList();

        // Agents that wait for the user's commit would wait forever, since that commit is made when the run continues.
        if (
            !atWork.Any(folder => !_deserted.Contains(folder))
            || !File.Exists(repository.UserCommitted) && atWork.Any(folder => folder.Contains("/last/", StringComparison.Ordinal))
        )
        {
            return null;
        }
        disturber.KillOrchestrators();
        _deserted.UnionWith(atWork);
        while (atWork.Any(folder => !File.Exists(Path.Combine(folder, "exit"))))
        {
            Thread.Sleep(20);
        }
        return $"every orchestrator, while {atWork.Count} agents worked on to their end";
    }
}

/// <summary>The disk of the repository fills up to the last byte at random moments, and has space again a little later.</summary>
/// <param name="random">Chooses the moments.</param>
/// <param name="times">Number of kills.</param>
public sealed class DiskFiller(Random random, int times) : IKiller
{
    private int _left = times;

    /// <inheritdoc/>
    public int Processes => 1;

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromMilliseconds(_left > 0 ? random.Next(50, 1200) : 200);

    /// <inheritdoc/>
    public string? Prepare(KillRepository repository) => null;

    /// <inheritdoc/>
    public string? Kill(KillRepository repository, Disturber disturber)
    {
        if (_left == 0)
        {
            return null;
        }
        _left--;
        var file = repository.Beside("filler");
        Fill(file);
        Thread.Sleep(random.Next(100, 1500));
        File.Delete(file);
        return "the disk was full";
    }

    /// <summary>Writes a file until its disk is full.</summary>
    public static void Fill(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            var block = new byte[4096];
            while (true)
            {
                stream.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }
}
