using System.Globalization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>proof</c>: shows the task that a line of code came from, the verdicts of its gates, and the users who approved it.</summary>
internal sealed class ShowLineProvenanceCommand : CliCommand
{
    private readonly Argument<string> _place = new("FILE:LINE") { Description = "Path of the file, and number of the line" };
    private readonly Option<string?> _revision = new("--revision")
    {
        Description = "Commit or branch that contains the line; default: HEAD",
        HelpName = "REV",
    };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ShowLineProvenanceCommand()
        : base("proof", "Trace a line of code to its task, gates and decisions")
    {
        Add(_place);
        Add(_revision);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var document = await new RunQueries(context).ProofAsync(parsed.GetValue(_place)!, parsed.GetValue(_revision), stop);
        if (parsed.GetValue(_json))
        {
            context.Print(document, DocumentJson.Default.ProofDocument);
            return UseCaseOutcome.Done;
        }
        foreach (var text in Lines(document.Proof))
        {
            context.Terminal.Show(text);
        }
        return UseCaseOutcome.Done;
    }

    private static IEnumerable<string> Lines(LineProvenance proof)
    {
        yield return $"{proof.File}:{proof.Line.ToString(CultureInfo.InvariantCulture)}  {proof.Text.Trim()}";
        yield return Row("commit", $"{proof.Commit[..12]} {proof.Subject} ({proof.Author}, {LocalTimeFormatter.Of(proof.Time)})");
        if (proof.Run.Length == 0)
        {
            yield return proof.Gaps.Count == 0 ? "A user committed this line, outside of runs." : "";
        }
        else
        {
            yield return Row("run", proof.Run);
        }
        if (proof.Task.Length > 0)
        {
            yield return Row("task", $"{proof.Task}: {proof.Title}, attempt {proof.Attempt.ToString(CultureInfo.InvariantCulture)}");
            yield return Row("agent", proof.Agent + (proof.Sessions is [.., var session] ? $", conversation {session}" : ""));
            if (proof.CostUsd > 0)
            {
                yield return Row("cost", string.Create(CultureInfo.InvariantCulture, $"{proof.CostUsd:0.00} USD for the task"));
            }
            yield return Row("merged", proof.Merge.Length > 0 ? $"in {proof.Merge[..12]}" : "not yet");
        }
        foreach (var gate in proof.Gates)
        {
            yield return Row("gate", gate.Verdict);
            if (gate.Evidence.Length > 0)
            {
                yield return Row("", $"sha256 of its log {gate.Hash}");
            }
        }
        foreach (var decision in proof.Decisions)
        {
            yield return Row(
                "decided",
                $"by {decision.By} at {LocalTimeFormatter.Of(decision.Time)}: {LocalTimeFormatter.In(decision.What)}"
            );
        }
        foreach (var gap in proof.Gaps)
        {
            yield return Row("missing", gap);
        }
        if (proof.Task.Length > 0)
        {
            yield return Row("more", $"orchestrate show {proof.Run}/{proof.Task}, orchestrate diff {proof.Run}/{proof.Task}");
        }
    }

    private static string Row(string name, string text) => $"  {name, -8}{text}";
}
