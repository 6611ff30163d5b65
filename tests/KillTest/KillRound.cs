using System.Diagnostics;
using System.Text;

namespace Orchestrator.KillTest;

/// <summary>What one round came to.</summary>
/// <param name="Faults">What does not hold at the end; empty when all is well.</param>
/// <param name="Tree">Tree of the target.</param>
/// <param name="Kills">What was killed, in order.</param>
/// <param name="Output">What the commands said.</param>
public sealed record KillResult(IReadOnlyList<string> Faults, string Tree, IReadOnlyList<string> Kills, string Output);

/// <summary>One run from its start to its end, with something killed now and then.</summary>
/// <param name="program">Program and leading arguments of the <c>orchestrate</c> command.</param>
/// <param name="report">Takes a line when something was killed.</param>
public sealed class KillRound(IReadOnlyList<string> program, Action<string> report)
{
    private const double AgentSeconds = 0.4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly StringBuilder _output = new();

    /// <summary>Runs the plan without killing anything; its tree is what every other run must give.</summary>
    public Task<KillResult> RunUndisturbedAsync() => RunAsync(new Random(0), maxKills: 0, expectedTree: null);

    /// <summary>Runs the plan and kills up to <paramref name="maxKills"/> times.</summary>
    public async Task<KillResult> RunAsync(Random random, int maxKills, string? expectedTree)
    {
        using var repository = new KillRepository(AgentSeconds);
        var mark = Guid.NewGuid().ToString("n");
        var disturber = new Disturber(repository, mark);
        var kills = new List<string>();
        var began = TimeProvider.System.GetTimestamp();
        var arguments = new[] { "run", "--yes", "--no-progress" };
        int exitCode;
        while (true)
        {
            using var orchestrator = Start(repository, mark, arguments);
            while (!await HasEndedAsync(orchestrator, random, kills.Count < maxKills))
            {
                if (TimeProvider.System.GetElapsedTime(began) > Patience)
                {
                    disturber.KillOrchestrators();
                    return new KillResult([$"the run did not end within {Patience}"], "", kills, _output.ToString());
                }

                if (kills.Count < maxKills)
                    Disturb(disturber, random, kills);
            }

            exitCode = orchestrator.ExitCode;

            // Killed between its last step and its last word: there is nothing to resume because all is done.
            if (exitCode == 2 && repository.HasCompletedRun)
                exitCode = 0;
            if (exitCode is 0 or 1 or 3)
                break;

            // Killed, or there is nothing to go on with yet: then the run never began.
            arguments = exitCode == 2 ? ["run", "--yes", "--no-progress"] : ["resume", "--yes", "--no-progress"];
        }

        var log = Path.Combine(repository.Folder, ".orchestrator", "logs", "engine.log");
        foreach (var line in File.Exists(log) ? File.ReadLines(log).TakeLast(100) : [])
            Take(line);
        var faults = new List<string>();
        if (exitCode != 0)
            faults.Add($"the run ended with exit code {exitCode}");
        faults.AddRange(await Aftermath.CheckAsync(repository, disturber, expectedTree));
        return new KillResult(faults, repository.Git("rev-parse", "main^{tree}"), kills, _output.ToString());
    }

    private void Disturb(Disturber disturber, Random random, List<string> kills)
    {
        var (what, count) = random.Next(4) switch
        {
            0 => ("an agent", disturber.KillAgent(random)),
            1 => ("a git child", disturber.KillGit(random)),
            _ => ("every orchestrator", disturber.KillOrchestrators()),
        };
        if (count == 0)
            return;
        kills.Add(what);
        report($"killed {what}");
    }

    // Waits a random while for the process; killing goes on as long as something may still be killed.
    private static async Task<bool> HasEndedAsync(Process orchestrator, Random random, bool mayKill)
    {
        using var limit = new CancellationTokenSource(mayKill ? TimeSpan.FromMilliseconds(random.Next(150, 2500)) : TimeSpan.FromSeconds(5));
        try
        {
            await orchestrator.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return orchestrator.HasExited;
        }
    }

    private Process Start(KillRepository repository, string mark, string[] arguments)
    {
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments])
        {
            WorkingDirectory = repository.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment[Disturber.Variable] = mark;
        start.Environment["HOME"] = repository.Home;
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ORCHESTRATOR_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Take("$ orchestrate " + string.Join(' ', arguments));
        return process;
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
    }
}
