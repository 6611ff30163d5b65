using System.CommandLine;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Options;
using Orchestrator.Cli.Runs;
using Orchestrator.Plans;
using Orchestrator.Runs;
using Orchestrator.Runs.Reports;

namespace Orchestrator.Cli.Commands;

/// <summary><c>report</c>: what a run landed, what was verified, what it cost.</summary>
internal sealed class ReportCommand : CliCommand
{
    private readonly Argument<string?> _run = new("RUN")
    {
        Description = "The run; the latest where none is named",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _losses = new("--losses")
    {
        Description = "What tasks brought and is not there as it came: overwritten by which task, or lost",
    };
    private readonly Option<bool> _escalation = new("--escalation")
    {
        Description = "Of a run that can't go on by itself: what went wrong, with the evidence, and each way out",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ReportCommand()
        : base("report", "Tell what a run landed, what it cost, and what needs a person")
    {
        Add(_run);
        Add(_losses);
        Add(_escalation);
        Add(_json);
    }

    public override async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var stored = StoredRuns.Require(repository, parsed.GetValue(_run));
        if (parsed.GetValue(_losses))
        {
            return TellLosses(stored, parsed.GetValue(_json), context);
        }
        if (parsed.GetValue(_escalation))
        {
            return TellEscalation(stored, context);
        }
        var run = await RunObservation.OfAsync(stored, repository, context, stop);
        var status = run.Status with { Left = StatusFile.Read(run.ReportJsonFile)?.Left ?? [] };
        if (parsed.GetValue(_json))
        {
            context.Print(status, RunJson.Default.RunStatus);
        }
        else
        {
            context.Terminal.Result(new RunReport(repository.Root).Render(status));
        }
        return ExitCodes.Done;
    }

    private static int TellEscalation(StoredRun run, CommandContext context)
    {
        if (!File.Exists(run.EscalationFile))
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"{run.Id} is {run.Status.State} and never came to a stand.",
                $"See 'orchestrate status {run.Id}'."
            );
        }
        if (!run.HasEscalation)
        {
            context.Terminal.Say($"{run.Id} is {run.Status.State} now; this is what it waited for last.");
        }
        context.Terminal.Result(File.ReadAllText(run.EscalationFile));
        return ExitCodes.Done;
    }

    private static int TellLosses(StoredRun run, bool isJson, CommandContext context)
    {
        var file = run.LossesFile(isJson);
        if (!File.Exists(file))
        {
            throw new CommandException(
                ExitCodes.Usage,
                $"{run.Id} has not come to its landing yet, before which it is looked for what tasks brought.",
                $"See 'orchestrate status {run.Id}'."
            );
        }
        var text = File.ReadAllText(file).TrimEnd('\n') + "\n";
        if (isJson)
        {
            context.Terminal.Document(UntrustedText.EscapeJson(text));
        }
        else
        {
            context.Terminal.Result(text);
        }
        return ExitCodes.Done;
    }
}
