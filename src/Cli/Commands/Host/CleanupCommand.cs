using System.Globalization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>cleanup</c>: removes data of ended runs if the data is verified to be merged or superseded.</summary>
internal sealed class CleanupCommand : CliCommand
{
    private readonly Argument<string[]> _runs = new("RUN")
    {
        Description =
            $"Runs that have ended; default: all but the latest {CleanupOptions.KeptAnyway.ToString(CultureInfo.InvariantCulture)}",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n")
    {
        Description = "List the items that would be removed or kept, without removing anything",
    };
    private readonly Option<int?> _keep = new("--keep") { Description = "Keep the latest N ended runs", HelpName = "N" };
    private readonly Option<string?> _olderThan = new("--older-than")
    {
        Description = "Only runs that ended longer ago than this, such as 12h or 30d",
        HelpName = "TIME",
    };
    private readonly Option<bool> _discard = new("--discard")
    {
        Description = "List the work of the given runs that none of your branches contains, and then discard this work",
    };
    private readonly Option<bool> _yes = GlobalOptions.Yes();
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly EngineOptions _engine = new();

    public CleanupCommand()
        : base("cleanup", "Remove leftovers of ended runs whose work is proven to be merged or superseded")
    {
        Add(_runs);
        Add(_dryRun);
        Add(_keep);
        Add(_olderThan);
        Add(_discard);
        Add(_yes);
        Add(_json);
        _engine.AddTo(this);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var options = new CleanupOptions
        {
            Runs = parsed.GetValue(_runs) ?? [],
            Keep = parsed.GetValue(_keep),
            OlderThan = Age(parsed),
            Discard = parsed.GetValue(_discard),
            Yes = parsed.GetValue(_yes),
            IsDryRun = parsed.GetValue(_dryRun),
        };
        if (await new EndedRunCleaner(context, _engine.Flags(parsed)).RunAsync(options, stop) is not { } result)
        {
            return UseCaseOutcome.NeedsPerson;
        }
        if (parsed.GetValue(_json))
        {
            context.Print(result.ToDocument(), DocumentJson.Default.CleanupDocument);
            return UseCaseOutcome.Done;
        }
        foreach (var line in CleanupResultFormatter.Of(result))
        {
            context.Terminal.Show(line);
        }
        return UseCaseOutcome.Done;
    }

    private TimeSpan? Age(ParseResult parsed) =>
        parsed.GetValue(_olderThan) is not { } text ? null
        : Durations.TryRead(text, out var age) ? age
        : throw new UseCaseException(
            UseCaseOutcome.Usage,
            $"--older-than {text} is not a time.",
            "Use a duration such as 12h or 30d; a plain number means seconds."
        );
}
