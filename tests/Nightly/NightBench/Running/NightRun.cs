using System.Diagnostics;
using System.Globalization;
using Orchestrator.KillTest;
using Orchestrator.NightBench.Facts;
using Orchestrator.NightBench.Nights;

namespace Orchestrator.NightBench.Running;

/// <summary>Plays a night: starts the tool, disturbs it at the drawn moments, and reads what came of it.</summary>
/// <param name="night">The night.</param>
/// <param name="folders">Folders of the night.</param>
/// <param name="adapter">The tool.</param>
/// <param name="noSmallDisk">Reason for which the disk of the night cannot be filled, or null if it can.</param>
public sealed class NightRun(DrawnNight night, NightFolders folders, ToolAdapter adapter, string? noSmallDisk)
{
    private const int MostVisits = 3;
    private const string LoadFile = "/proc/loadavg";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly NightRepository _repository = new(night, folders);
    private readonly ToolProcesses _processes = new(adapter, folders);
    private readonly List<Disturbance> _disturbances = [];
    private readonly List<double> _loads = [];
    private readonly Queue<int> _engineKills = new(night.Moments.EngineKills.Order());
    private readonly Queue<int> _machineKills = new(night.Moments.MachineKills.Order());
    private readonly Queue<int> _limits = new([night.Moments.Limit]);
    private readonly Queue<int> _fullDisks = new(night.Moments.FullDisks.Order());
    private readonly Queue<int> _targetMoves = new(night.Moments.TargetMoves.Order());
    private (DateTimeOffset From, DateTimeOffset Until)? _limit;
    private DateTimeOffset? _fullUntil;

    /// <summary>Time after which a night is ended.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Version of the tool, as its adapter's <c>prepare</c> printed it.</summary>
    public string Version { get; private set; } = "";

    private string Filler => Path.Combine(folders.Root, "filler");

    /// <summary>Plays the night and returns its facts.</summary>
    /// <param name="stop">Ends the night and everything that it started.</param>
    public async Task<NightFacts> RunAsync(CancellationToken stop)
    {
        using var outside = new OutsideServer();
        _repository.Create(outside.Port);
        MeasureLoad();
        Version = (await adapter.RunAsync("prepare")).Trim();
        var began = Stopwatch.GetTimestamp();
        try
        {
            var visits = await PlayAsync(began, stop);
            var wallClock = Stopwatch.GetElapsedTime(began);
            File.Delete(Filler);
            SayWhatDidNotHappen();
            return new FactReader(night, folders, _repository).Read() with
            {
                Limit = _limit,
                WallClock = wallClock,
                Visits = visits,
                PeakMemory = _processes.PeakMemory,
                BytesOut = outside.Bytes,
                Loads = _loads,
                Statements = FactReader.ReadStatements(await adapter.RunAsync("status")),
                Disturbances = _disturbances,
            };
        }
        finally
        {
            await _processes.StopAllAsync();
        }
    }

    private async Task<int> PlayAsync(long began, CancellationToken stop)
    {
        var visits = 0;
        var running = adapter.Start("run");
        for (var measured = 0L; ; await Task.Delay(Pause, stop))
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                _disturbances.Add(new Disturbance("ended after the patience of the harness"));
                return visits;
            }
            if (running.HasExited)
            {
                if (running.ExitCode == ToolAdapter.Done || visits == MostVisits)
                {
                    return visits;
                }
                visits++;
                running = adapter.Start("resume", byPerson: true);
            }
            if (Stopwatch.GetElapsedTime(measured) > TimeSpan.FromSeconds(1))
            {
                _processes.Measure();
                MeasureLoad();
                measured = Stopwatch.GetTimestamp();
            }
            running = await DisturbAsync(running);
        }
    }

    private async Task<Process> DisturbAsync(Process running)
    {
        var starts = Directory.EnumerateFiles(folders.Starts, "*.launch").Count();
        FillDisk(starts);
        // On a full disk the user could not commit either, and a machine that lost its power is started with room.
        var hasRoom = _fullUntil is null;
        if (hasRoom && IsDue(_targetMoves, starts, "target moved"))
        {
            _repository.CommitAsUser();
        }
        if (IsDue(_limits, starts, "usage limit"))
        {
            var now = DateTimeOffset.UtcNow;
            _limit = (now, now.AddSeconds(night.Pace.Limit));
            var until = _limit.Value.Until.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            await File.WriteAllTextAsync(folders.Limit + ".new", until);
            File.Move(folders.Limit + ".new", folders.Limit);
        }
        if (IsDue(_engineKills, starts, "engine killed"))
        {
            running.Kill();
            await running.WaitForExitAsync();
            return adapter.Start("resume");
        }
        if (hasRoom && IsDue(_machineKills, starts, "all processes killed"))
        {
            await _processes.KillMachineAsync();
            await running.WaitForExitAsync();
            return adapter.Start("resume");
        }
        return running;
    }

    private void MeasureLoad()
    {
        if (File.Exists(LoadFile))
        {
            _loads.Add(double.Parse(File.ReadAllText(LoadFile).Split(' ')[0], CultureInfo.InvariantCulture));
        }
    }

    private void FillDisk(int starts)
    {
        if (_fullUntil < DateTimeOffset.UtcNow)
        {
            File.Delete(Filler);
            _fullUntil = null;
        }
        if (noSmallDisk is null && IsDue(_fullDisks, starts, "full disk"))
        {
            DiskFiller.Fill(Filler);
            _fullUntil = DateTimeOffset.UtcNow.AddSeconds(night.Pace.FullDisk);
        }
    }

    private bool IsDue(Queue<int> moments, int starts, string kind)
    {
        if (!moments.TryPeek(out var moment) || starts < moment)
        {
            return false;
        }
        moments.Dequeue();
        _disturbances.Add(new Disturbance(kind));
        return true;
    }

    private void SayWhatDidNotHappen()
    {
        if (noSmallDisk is not null)
        {
            _disturbances.Add(new Disturbance("full disk", noSmallDisk));
            _fullDisks.Clear();
        }
        foreach (
            var (moments, kind) in (ReadOnlySpan<(Queue<int>, string)>)
                [
                    (_targetMoves, "target moved"),
                    (_limits, "usage limit"),
                    (_fullDisks, "full disk"),
                    (_engineKills, "engine killed"),
                    (_machineKills, "all processes killed"),
                ]
        )
        {
            _disturbances.AddRange(moments.Select(moment => new Disturbance(kind, $"the tool ended before start {moment}")));
        }
    }
}
