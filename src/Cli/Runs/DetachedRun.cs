using Orchestrator.Cli.Engine;
using Orchestrator.Processes;
using Orchestrator.Runs;

namespace Orchestrator.Cli.Runs;

/// <summary>Goes on in the background: the same command line once more, in a session of its own, without <c>--detach</c>.</summary>
internal static class DetachedRun
{
    /// <summary>Option of the background process: a planner's plan is asked about, although other questions are answered.</summary>
    public const string AskPlan = "--ask-plan";

    /// <summary>Option that names the new run, of the background process or of a person.</summary>
    public const string RunId = "--run-id";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts the background process and returns when the run is there.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="context">Folder and terminal.</param>
    /// <param name="askPlan">Nobody has said yes to the plan that is to be made.</param>
    /// <param name="stop">Ends the waiting, not the run.</param>
    public static async Task<int> StartAsync(string runId, RepositoryLocation repository, CommandContext context, bool askPlan, CancellationToken stop)
    {
        var logs = Directory.CreateDirectory(Path.Combine(repository.OrchestratorFolder, "logs")).FullName;
        var output = Path.Combine(logs, $"{runId}.log");
        var arguments = Environment.GetCommandLineArgs()[1..].Where(argument => argument is not ("--detach" or "-d")).ToList();
        var program = Environment.ProcessPath!;
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            arguments.Insert(0, typeof(DetachedRun).Assembly.Location);
        var process = await new DetachedProcess(context.Time).StartAsync(new DetachedCommand(program, [.. arguments, .. arguments.Exists(argument => argument == RunId || argument.StartsWith(RunId + "=", StringComparison.Ordinal)) ? Array.Empty<string>() : [RunId, runId], "--yes", "--no-progress", .. askPlan ? [AskPlan] : Array.Empty<string>()])
        {
            WorkingDirectory = Environment.CurrentDirectory,
            OutputFile = output,
            ErrorFile = output,
        });
        var began = context.Time.GetTimestamp();
        while (StoredRun.TryRead(Path.Combine(repository.RunsFolder, runId)) is null)
        {
            if (!process.IsAlive() || context.Time.GetElapsedTime(began) > Patience)
                throw new CommandException(ExitCodes.WorkFailed, $"The run did not begin in the background. Its last words: {LastWords(output)}", $"All of them are in {output}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), context.Time, stop);
        }

        context.Terminal.Say($"{runId} goes on in the background (process {process.ProcessId}). 'orchestrate status {runId} --watch' shows it; its words go to {output}.");
        return ExitCodes.Done;
    }

    // What was wrong stands before the cure.
    private static string LastWords(string file)
    {
        string[] lines = File.Exists(file) ? [.. File.ReadLines(file).Where(line => line.Length > 0)] : [];
        return lines.LastOrDefault(line => line.StartsWith("error: ", StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? "none";
    }
}
