using System.Diagnostics;
using System.Globalization;
using Orchestrator.NightBench.Nights;
using Orchestrator.TestKit;

namespace Orchestrator.NightBench.Running;

/// <summary>A tool that is measured, through a script with the verbs <c>prepare</c>, <c>run</c>, <c>resume</c> and <c>status</c>.</summary>
/// <param name="script">Path of the script.</param>
/// <param name="night">The night.</param>
/// <param name="folders">Folders of the night.</param>
/// <param name="program">Path of the built <c>orchestrate</c>, for adapters that need it.</param>
public sealed class ToolAdapter(string script, DrawnNight night, NightFolders folders, string program)
{
    /// <summary>Variable that marks all processes of a night.</summary>
    public const string Variable = "NIGHTBENCH_MARK";

    /// <summary>Exit code of <c>run</c> and <c>resume</c> that says that nothing is left to do.</summary>
    public const int Done = 0;

    /// <summary>Value of <see cref="Variable"/>.</summary>
    public string Mark { get; } = Guid.NewGuid().ToString("n");

    /// <summary>Starts a verb and does not wait for it. Its output goes to the log of the night.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="byPerson">True if a person calls it, who may also decide about what failed.</param>
    public Process Start(string verb, bool byPerson = false)
    {
        var start = StartInfo(["-c", "exec \"$1\" \"$2\" >> \"$3\" 2>&1 < /dev/null", "sh", script, verb, folders.Log]);
        start.Environment["NIGHTBENCH_PERSON"] = byPerson ? "1" : "";
        return Process.Start(start)!;
    }

    /// <summary>Runs a verb to its end.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(string verb)
    {
        var start = StartInfo(["-c", "exec \"$1\" \"$2\" 2>> \"$3\" < /dev/null", "sh", script, verb, folders.Log]);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{script} {verb} ended with {process.ExitCode}:\n{output}\n{string.Join('\n', File.ReadLines(folders.Log).TakeLast(20))}"
            );
    }

    private ProcessStartInfo StartInfo(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", arguments) { WorkingDirectory = folders.Repository, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in ClaudeProgram.CreateChanges(folders.Home, "http://127.0.0.1:9", asSubscription: true))
        {
            start.Environment[name] = value;
        }
        start.Environment["PATH"] = $"{folders.Programs}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["ORCHESTRATE"] = program;
        start.Environment["NIGHTBENCH_REPOSITORY"] = folders.Repository;
        start.Environment["NIGHTBENCH_RECORDS"] = folders.Records;
        start.Environment["NIGHTBENCH_AGENT"] = Path.GetDirectoryName(RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent"));
        start.Environment["NIGHTBENCH_PLAN"] = folders.Plan;
        start.Environment["NIGHTBENCH_WORKERS"] = Number(NightRates.Workers);
        start.Environment["NIGHTBENCH_STALL"] = Number(night.Pace.Stall);
        start.Environment["NIGHTBENCH_BUDGET"] = Number(night.Budget);
        start.Environment[Variable] = Mark;
        return start;
    }

    private static bool IsForeign(string name) =>
        name.StartsWith("ORCHESTRATOR_", StringComparison.Ordinal) || name.StartsWith("XDG_", StringComparison.Ordinal);

    private static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
