namespace Orchestrator.Gates.Runners;

/// <summary>Extracts the names of failed tests from reports and outputs. Has no side effects.</summary>
internal static class FailedTests
{
    private const int Most = 200;
    private const int Longest = 300;

    /// <summary>
    /// Returns the names of the failed tests as the runner spells them. The names come from report files if any of these list failed tests,
    /// and otherwise from the printed output.
    /// </summary>
    public static IReadOnlyList<string> Of(GateCommandResult end) =>
        end.Report is { FailedTests: { Count: > 0 } reported }
            ? [.. reported.Distinct().Take(Most)]
            : [.. Printed(end).Distinct().Take(Most)];

    // A runner that prints a report in place of text names its tests only there.
    private static IReadOnlyList<string> Printed(GateCommandResult end) =>
        Printed(end.Output.Lines, end.Command).ToList() is { Count: > 0 } named ? named : TestReportParser.FailedIn(end.Output.Lines);

    private static IEnumerable<string> Printed(IReadOnlyList<GateOutputLine> lines, string command)
    {
        var writers = GateProgramOutputFormatTable.Rows.Where(row =>
            row.Failures is not null && FailureExplainingLineFinder.WroteOutput(row, command, lines)
        );
        return writers
            .SelectMany(row =>
                lines.TakeWhile(line => row.FailuresEnd?.Match(line.Text).Success != true).Select(line => row.Failures!.Match(line.Text))
            )
            .Where(found => found.Success)
            .Select(found => Shorten(found.Groups["test"].Value));
    }

    /// <summary>Truncates a name to the maximum length.</summary>
    public static string Shorten(string name) => name.Length <= Longest ? name : name[..Longest];
}
