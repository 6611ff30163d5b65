using System.Globalization;

namespace Orchestrator.App.Night;

/// <summary>
/// Disturbs a rehearsed run by killing processes, simulating a usage limit or filling the disk, each time after a random number of agent
/// starts.
/// </summary>
/// <param name="place">Folders of the rehearsal.</param>
/// <param name="request">The request.</param>
/// <param name="tasks">Number of tasks.</param>
internal sealed class RehearsalDisturber(RehearsalClone place, KillRehearsalRequest request, int tasks)
{
    private const int LimitSeconds = 20;
    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(30);
    private readonly Queue<(int Starts, string Kind)> _moments = ChooseDisturbances(request, tasks);
    private readonly List<string> _happened = [];
    private DateTimeOffset? _fullUntil;

    /// <summary>The injected disturbances and, for each disturbance that was not injected, the reason.</summary>
    internal IReadOnlyList<string> Happened =>
        [
            .. _happened,
            .. request.NoSmallDisk is { } reason ? [$"no full disk: {reason}"] : Array.Empty<string>(),
            .. _moments.Select(moment => $"not reached: {moment.Kind} at agent start {moment.Starts}"),
        ];

    /// <summary>Period in which the account was blocked by the simulated usage limit, or null if it was not blocked.</summary>
    internal (DateTimeOffset From, DateTimeOffset Until)? Limit { get; private set; }

    /// <summary>
    /// Disturbs the run if a disturbance is due after this number of agent starts. Returns true if the run's process was killed.
    /// </summary>
    /// <param name="starts">Agent starts so far.</param>
    /// <param name="command">Process that executes the run.</param>
    /// <returns>True if the process was killed.</returns>
    internal async Task<bool> DisturbIfDueAsync(int starts, ProcessIdentity command)
    {
        if (_fullUntil < DateTimeOffset.UtcNow)
        {
            File.Delete(place.Filler);
            _fullUntil = null;
        }
        if (!_moments.TryPeek(out var moment) || starts < moment.Starts)
        {
            return false;
        }
        _moments.Dequeue();
        _happened.Add($"{moment.Kind} at agent start {starts}");
        switch (moment.Kind)
        {
            case "usage limit":
                var until = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + LimitSeconds);
                Limit = (DateTimeOffset.UtcNow, until);
                SymlinkSafeFileWriter.Write(place.Limit, until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
                return false;
            case "full disk":
                Fill();
                _fullUntil = DateTimeOffset.UtcNow + FullFor;
                return false;
            case "engine killed":
                await new ProcessStopper().StopAsync(
                    () => ProcessTable.Find(command.ProcessId) is { } found && command.IsAlive() ? [found] : [],
                    signal: null,
                    grace: TimeSpan.Zero,
                    KillLimit
                );
                return true;
            default:
                await StopAllAsync();
                return true;
        }
    }

    /// <summary>Kills all processes of the rehearsal.</summary>
    internal Task StopAllAsync() =>
        new ProcessStopper().StopAsync(
            () => ProcessTable.FindByEnvironment(RehearsalClone.Mark, place.MarkValue),
            signal: null,
            grace: TimeSpan.Zero,
            KillLimit
        );

    private static Queue<(int, string)> ChooseDisturbances(KillRehearsalRequest request, int tasks)
    {
        var random = new Random(request.Seed);
        var kinds = Enumerable
            .Range(0, request.Kills)
            .Select(kill => kill % 2 == 0 ? "engine killed" : "all processes killed")
            .Append("usage limit")
            .Concat(request.NoSmallDisk is null ? ["full disk"] : Array.Empty<string>());
        return new(kinds.Select(kind => (Starts: random.Next(1, tasks + 1), Kind: kind)).OrderBy(moment => moment.Starts));
    }

    private void Fill()
    {
        try
        {
            using var stream = SymlinkSafeFileWriter.Create(place.Filler);
            var block = new byte[4096];
            while (true)
            {
                stream.Write(block);
            }
        }
        catch (IOException)
        {
            // The disk is full, as intended.
        }
    }
}
