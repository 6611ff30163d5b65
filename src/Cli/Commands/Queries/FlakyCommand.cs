using System.Globalization;
using Orchestrator.App.Verification;

namespace Orchestrator.Cli.Commands;

/// <summary><c>flaky</c>: lists flaky and quarantined tests, adds tests to the quarantine, or removes them from it.</summary>
internal sealed class FlakyCommand : CliCommand
{
    private readonly Argument<string?> _test = new("TEST")
    {
        Description = "Name of the test as the test runner prints it; a name without parameters matches all cases of the test",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _reason = new("--reason")
    {
        Description = "Quarantine the test, and record why it is flaky",
        HelpName = "TEXT",
    };
    private readonly Option<string> _owner = new("--owner")
    {
        Description = "User who will fix the test; by default, the current user",
        HelpName = "NAME",
        DefaultValueFactory = static _ => Environment.UserName,
    };
    private readonly Option<int> _days = new("--days")
    {
        Description = "Number of days until the test's failures count again",
        HelpName = "N",
        DefaultValueFactory = static _ => 14,
    };
    private readonly Option<bool> _release = new("--release") { Description = "End the quarantine of the test" };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public FlakyCommand()
        : base("flaky", "List flaky tests, or quarantine one")
    {
        Add(_test);
        Add(_reason);
        Add(_owner);
        Add(_days);
        Add(_release);
        Add(_json);
    }

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.RequireRepository();
        var tests = new FlakyTests(LocalRepositoryPaths.FindWorkTree(context.Directory) ?? repository.Root, context);
        var (quarantine, faults) = tests.Read();
        if (faults.FirstOrDefault(fault => fault.Severity == FaultSeverity.Error) is { } fault)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, fault.ToPlainText(), "Correct the file as docs/how-to/flaky-tests.md shows.");
        }
        if (parsed.GetValue(_test) is { } test)
        {
            return Change(test.Trim(), quarantine, tests, parsed, context);
        }
        var seen = await tests.ReadFlakyTestsAsync();
        var now = context.Time.GetUtcNow();
        if (parsed.GetValue(_json))
        {
            context.Print(new FlakyDocument(seen, quarantine.Tests), DocumentJson.Default.FlakyDocument);
            return UseCaseOutcome.Done;
        }
        if (seen.Count + quarantine.Tests.Count == 0)
        {
            context.Terminal.Show("No test was flaky in the latest verdicts of this repository, and none is in quarantine.");
        }
        foreach (var flaky in seen)
        {
            context.Terminal.Show(
                $"{new UntrustedText(flaky.Test).Line}  was flaky in {flaky.Flakes} of {Plural.Of(flaky.Verdicts, "verdict")} "
                    + $"of '{new UntrustedText(flaky.Gate).Line}'"
            );
        }
        foreach (var one in quarantine.Tests)
        {
            var state = one.HasEnded(now) ? "counts again: its quarantine ended on" : "in quarantine until";
            var until = one.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            context.Terminal.Show(
                $"{new UntrustedText(one.Test).Line}  {state} {until} "
                    + $"({new UntrustedText(one.Owner).Line}: {new UntrustedText(one.Reason).Line})"
            );
        }
        return UseCaseOutcome.Done;
    }

    private UseCaseOutcome Change(
        string test,
        TestQuarantine quarantine,
        FlakyTests tests,
        ParseResult parsed,
        CliCommandServiceBundle context
    )
    {
        if (parsed.GetValue(_release))
        {
            if (quarantine.Tests.All(one => one.Test != test))
            {
                throw new UseCaseException(UseCaseOutcome.Usage, $"'{test}' is not in quarantine.", "See 'orchestrate flaky'.");
            }
            return PrintResult(tests.Remove(test), $"'{test}' is no longer in quarantine, so its failures reject work again.", context);
        }
        if (parsed.GetValue(_reason)?.Trim() is not { Length: > 0 } reason)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                "A test in quarantine needs a reason.",
                $"orchestrate flaky '{test}' --reason TEXT"
            );
        }
        var days = parsed.GetValue(_days);
        if (days is < 1 or > 366)
        {
            throw new UseCaseException(UseCaseOutcome.Usage, $"--days {days} is not a valid quarantine.", "Use 1 to 366 days.");
        }
        var entry = tests.Add(test, parsed.GetValue(_owner)!, reason, days);
        return PrintResult(
            entry is not null,
            $"'{test}' is only advisory until {entry?.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} in "
                + "runs whose base commit has this entry.",
            context
        );
    }

    private static UseCaseOutcome PrintResult(bool isWritten, string sentence, CliCommandServiceBundle context)
    {
        if (!isWritten)
        {
            throw new UseCaseException(
                UseCaseOutcome.Usage,
                $"This command can't edit {TestQuarantine.FileName}, because the file has an unusual format.",
                "Edit the file by hand; docs/how-to/flaky-tests.md shows its format."
            );
        }
        context.Terminal.Inform(sentence);
        context.Terminal.Inform($"Commit {TestQuarantine.FileName}, because each run reads it from its base commit.");
        return UseCaseOutcome.Done;
    }
}
