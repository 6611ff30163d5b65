using System.Globalization;
using Orchestrator.Cli.Console;
using Orchestrator.Usage;

namespace Orchestrator.Cli.Overviews;

/// <summary>Shows the limits and the usage of accounts as a document or as text.</summary>
/// <param name="context">Context of the command.</param>
internal sealed class UsageOverview(CliCommandServiceBundle context)
{
    private static readonly int[] CellWidths = [9, 6, 11, 10, 12, 11];

    /// <summary>Formats the document as text.</summary>
    /// <param name="by">Grouping of the totals.</param>
    public IEnumerable<string> Lines(UsageDocument document, UsageGrouping by)
    {
        if (document.Accounts.Count == 0 && document.Sums.Run.Count == 0)
        {
            yield return "No agent has used an account yet.";
        }
        foreach (var account in document.Accounts)
        {
            yield return $"{account.Name}: {Money(account.TodayUsd)} USD today, {Money(account.MonthUsd)} USD this month"
                + (account.AtWork > 0 ? $"; {account.AtWork} at work{Spending(account)}" : "")
                + (account.Waiting > 0 ? $"; {account.Waiting} waiting" : "")
                + (account.LostUsd > 0 ? $"; {Money(account.LostUsd)} USD of agents whose end is unknown count as spent" : "");
            foreach (var window in account.Windows)
            {
                var percent = window.UsedPercent.ToString("0.#", CultureInfo.InvariantCulture);
                yield return $"  {WaitReasonText.Name(window.Name)} limit: {percent} % used, reset at {Local(window.ResetsAt)} "
                    + $"(as of {Local(window.SeenAt)})";
            }
            if (account.Block is { } block)
            {
                yield return $"  used up{(block.Window is null ? "" : $": {WaitReasonText.Name(block.Window)} limit")}; continues after "
                    + $"{Local(block.Until)} ({block.Fact})";
            }
        }
        var sums = SumsBy(document, by);
        var names = by.ToString().ToLowerInvariant();
        var width = Math.Min(60, sums.Select(sum => sum.Name.Length).Append(names.Length).Max());
        if (sums.Count > 0)
        {
            yield return "";
            yield return Row(width, names, "USD", "starts", "input", "output", "cache read", "cache write");
        }
        foreach (var sum in sums)
        {
            string[] counts =
            [
                .. ((long[])[sum.InputTokens, sum.OutputTokens, sum.CacheReadTokens, sum.CacheWriteTokens]).Select(count =>
                    count.ToString("#,0", CultureInfo.InvariantCulture)
                ),
            ];
            var starts = sum.Starts.ToString(CultureInfo.InvariantCulture);
            yield return Row(width, TextCellWidth.OneLine(sum.Name), [Money(sum.Usd), starts, .. counts])
                + (sum.IsWhole ? "" : "  at least; some agents ended without a result");
        }
        foreach (var fault in document.Faults)
        {
            yield return fault;
        }
    }

    private static string Row(int width, string name, params IReadOnlyList<string> cells) =>
        name.PadRight(width) + string.Concat(cells.Zip(CellWidths, (cell, wide) => "  " + cell.PadLeft(wide)));

    private static IReadOnlyList<UsageGroupTotal> SumsBy(UsageDocument document, UsageGrouping by) =>
        by switch
        {
            UsageGrouping.Account => document.Sums.Account,
            UsageGrouping.Task => document.Sums.Task,
            UsageGrouping.Model => document.Sums.Model,
            UsageGrouping.Day => document.Sums.Day,
            _ => document.Sums.Run,
        };

    private static string Spending(AccountUsageSummary account) =>
        $" ({Money(account.SpendingUsd)} USD so far{(account.ReservedUsd is { } reserved ? $", {Money(reserved)} USD reserved" : "")})";

    private static string Money(decimal usd) => MicroDollars.Text(MicroDollars.Of(usd));

    private string Local(DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, context.Time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
