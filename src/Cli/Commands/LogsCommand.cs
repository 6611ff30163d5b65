using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Plans;
using Orchestrator.Runs.Tasks.Callbacks;

namespace Orchestrator.Cli.Commands;

/// <summary><c>logs</c>: what a task's agent wrote and did, for people.</summary>
internal sealed class LogsCommand : CliCommand
{
    /// <summary>Characters of one JSON document; what comes before the last ones is counted, not printed.</summary>
    private const long MostText = 16 * 1024 * 1024;

    private readonly RunArgument _which = new("RUN/TASK", "The task; of a run alone, the one whose agent was started last");
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on until the agent has ended" };
    private readonly Option<bool> _all = new("--all")
    {
        Description = "Of all tasks of the run that have an agent, each line with its task; with --follow also of those that begin later",
    };
    private readonly Option<int?> _start = new("--start") { Description = "This agent start instead of the last one", HelpName = "N" };

    private readonly Option<bool> _json = GlobalOptions.Json();

    public LogsCommand()
        : base("logs", "Print what a task's agent said and did")
    {
        _which.AddTo(this);
        Add(_follow);
        Add(_all);
        Add(_start);
        Add(_json);
    }

    /// <summary>The task that is meant where none is named: the one whose agent was started last.</summary>
    private static string Latest(StoredRun run) =>
        run.Status.Tasks.Where(task => task.Starts > 0).MaxBy(task => (task.EndedAt is null, task.StartedAt))?.Id
        ?? throw new UseCaseException(Outcome.Usage, $"No agent was started for {run.Id} yet.", $"See 'orchestrate status {run.Id}'.");

    private async Task ShowAllAsync(
        StoredRun run,
        RunReference reference,
        ParseResult parsed,
        CommandContext context,
        CancellationToken stop
    )
    {
        if (reference.Task is not null || parsed.GetValue(_start) is not null || parsed.GetValue(_json))
        {
            throw new UseCaseException(
                Outcome.Usage,
                "--all is about a whole run, as text.",
                $"orchestrate logs {run.Id} --all, or orchestrate logs {run.Id}/TASK with --start or --json."
            );
        }
        await foreach (var (task, line) in new RunLogs(run, context.Time).ReadAsync(parsed.GetValue(_follow), stop))
        {
            context.Terminal.Show($"[{task}] {line}");
        }
    }

    public override async Task<Outcome> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var (run, reference) = _which.Require(context.RequireRepository(), parsed);
        if (parsed.GetValue(_all))
        {
            await ShowAllAsync(run, reference, parsed, context, stop);
            return Outcome.Done;
        }
        var id = reference.FindTask(run.Status) ?? Latest(run);
        var taskFolder = Path.Combine(run.Folder, "tasks", id);
        var folder = parsed.GetValue(_start) is { } number
            ? Path.Combine(taskFolder, number.ToString(CultureInfo.InvariantCulture))
            : AgentActivity.LastStart(taskFolder);
        if (folder is not null && !Directory.Exists(folder) && AgentActivity.LastStart(taskFolder) is { } last)
        {
            throw new UseCaseException(
                Outcome.Usage,
                $"{id} has no start {parsed.GetValue(_start)}.",
                $"The last one is {Path.GetFileName(last)}."
            );
        }
        if (folder is null || !Directory.Exists(folder))
        {
            throw new UseCaseException(Outcome.Usage, $"No agent was started for {id} yet.", $"See 'orchestrate show {run.Id}/{id}'.");
        }
        var log = AgentLogs.ReadAsync(folder, parsed.GetValue(_follow), context.Time, stop);
        if (parsed.GetValue(_json))
        {
            var start = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            context.Print(await DocumentAsync(run.Id, id, start, log), CliJson.Default.LogDocument);
            return Outcome.Done;
        }
        if (parsed.GetValue(_follow))
        {
            await foreach (var line in log)
            {
                context.Terminal.Show(new UntrustedText(line));
            }
        }
        else
        {
            var rows = log.SelectMany(line => context.Terminal.Rendered(new UntrustedText(line)));
            await new Pager(context.Terminal, context.Environment).ShowAsync(rows);
        }
        if (reference.Task is null)
        {
            context.Terminal.Say(
                $"(the logs of {run.Id}/{id}, the last of its tasks that had an agent; others: orchestrate logs {run.Id}/TASK)"
            );
        }
        var errors = Path.Combine(folder, "stderr");
        if (context.Verbose && File.Exists(errors))
        {
            context.Terminal.Show(new UntrustedText(await File.ReadAllTextAsync(errors, stop)));
        }
        return Outcome.Done;
    }

    // The end of a log that is too long for one document: its first lines are left out, and counted.
    private static async Task<LogDocument> DocumentAsync(string run, string task, int start, IAsyncEnumerable<string> log)
    {
        var lines = new Queue<string>();
        var (size, leftOut) = (0L, 0);
        await foreach (var line in log)
        {
            lines.Enqueue(line);
            size += line.Length;
            while (size > MostText && lines.Count > 1)
            {
                size -= lines.Dequeue().Length;
                leftOut++;
            }
        }
        return new LogDocument(run, task, start, [.. lines]) { LeftOut = leftOut };
    }
}
