using System.CommandLine;
using Orchestrator.Cli.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>report</c>: what a run landed, what was verified, what it cost.</summary>
internal sealed class ReportCommand : CliCommand
{
    private readonly Argument<string?> _run = new("RUN")
    {
        Description = "The run; the latest where none is named",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ReportCommand()
        : base("report", "Print the report of a run that has ended")
    {
        Add(_run);
        Add(_json);
    }

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var run = StoredRuns.Require(context.RequireRepository(), parsed.GetValue(_run));
        var file = parsed.GetValue(_json) ? run.ReportJsonFile : run.ReportFile;
        if (!File.Exists(file))
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"{run.Id} is {run.Status.State} and has no report yet.",
                $"See 'orchestrate status {run.Id}'."
            );
        }
        var text = File.ReadAllText(file);
        context.Terminal.Result(text.EndsWith('\n') ? text : text + "\n");
        return Task.FromResult(ExitCodes.Done);
    }
}
