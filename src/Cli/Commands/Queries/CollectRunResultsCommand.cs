using System.Text;

namespace Orchestrator.Cli.Commands;

/// <summary><c>collect</c>: collects results, branches and reports of runs in a Markdown document or in a folder.</summary>
internal sealed class CollectRunResultsCommand : CliCommand
{
    private readonly Argument<string[]> _runs = new("RUN")
    {
        Description = "The runs; default: the only open run, or else the latest run",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string?> _to = new("--to")
    {
        Description = "Write the report, the record and the task patches of each run to this folder",
        HelpName = "FOLDER",
    };
    private readonly Option<string?> _markdown = new("--markdown")
    {
        Description = "Write the results to this Markdown file; default: stdout",
        HelpName = "FILE",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public CollectRunResultsCommand()
        : base("collect", "Collect the results of runs, namely branches, commits, gates, costs, reports and patches")
    {
        Add(_runs);
        Add(_to);
        Add(_markdown);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var (to, markdown) = (parsed.GetValue(_to), parsed.GetValue(_markdown));
        if ((to is null ? 0 : 1) + (markdown is null ? 0 : 1) + (parsed.GetValue(_json) ? 1 : 0) > 1)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "--to, --markdown and --json can't be given together.",
                "Use only one of them."
            );
        }
        var runs = await new RunQueries(context).CollectAsync(parsed.GetValue(_runs) ?? [], stop);
        var results = runs.Select(run => RunResultSummary.Of(run.Status, repository.Root)).ToList();
        if (parsed.GetValue(_json))
        {
            context.Print(new CollectDocument(results), DocumentJson.Default.CollectDocument);
            return UseCaseOutcome.Done;
        }
        var text = "# Results\n\n" + string.Join("\n", results.Select(result => result.ToMarkdown()));
        if (to is not null)
        {
            await WriteFolderAsync(context.FullPath(to), text, runs, repository, context, stop);
        }
        else if (markdown is not null)
        {
            Write(context.FullPath(markdown), text);
            context.Terminal.Inform($"{markdown} contains the results of {Plural.Of(runs.Count, "run")}.");
        }
        else
        {
            context.Terminal.Result(text);
        }
        return UseCaseOutcome.Done;
    }

    private static async Task WriteFolderAsync(
        string folder,
        string text,
        IReadOnlyList<StoredRun> runs,
        LocalRepositoryPaths repository,
        CliCommandServiceBundle context,
        CancellationToken stop
    )
    {
        // All paths are checked before anything is written, so that a refused collection leaves no partial output.
        foreach (var path in runs.Select(run => Path.Combine(folder, run.Name)).Append(Path.Combine(folder, "results.md")))
        {
            if (Path.Exists(path))
            {
                throw IsThere(path);
            }
        }
        var queries = new RunQueries(context);
        foreach (var run in runs)
        {
            var place = Path.Combine(folder, run.Name);
            Write(Path.Combine(place, "report.md"), queries.FullReportText(run.Status));
            Write(Path.Combine(place, "status.json"), System.Text.Json.JsonSerializer.Serialize(run.Status, RunJson.Default.RunStatus));
            foreach (var task in run.Status.Tasks)
            {
                if (await queries.FindTaskDiffAsync(run, task, stop) is not { Text.Length: > 0 } patch)
                {
                    continue;
                }
                Write(Path.Combine(place, task.Id + ".patch"), patch.Text);
                if (patch.IsCut)
                {
                    context.Terminal.Warn($"The patch file of {run.Id}/{task.Id} is truncated; git has the complete change.");
                }
            }
        }
        Write(Path.Combine(folder, "results.md"), text);
        context.Terminal.Inform($"{folder} contains the results of {Plural.Of(runs.Count, "run")}.");
    }

    private static void Write(string path, string text)
    {
        try
        {
            LocalRepositoryPaths.EnsureFolder(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.CreateNew);
            file.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException) when (Path.Exists(path))
        {
            throw IsThere(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"{path} can't be written: {refused.Message}", "Choose another folder.");
        }
    }

    private static UseCaseException IsThere(string path) =>
        new(UseCaseOutcome.Usage, $"{path} already exists and was not replaced.", "Choose another folder, or remove the existing file.");
}
