using System.Globalization;
using Orchestrator.Accounts;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Documents;
using Orchestrator.Usage;

namespace Orchestrator.Cli.Overviews;

/// <summary>The limits and the usage of accounts, as a document and as text.</summary>
/// <param name="context">The command's.</param>
internal sealed class UsageOverview(CommandContext context)
{
    private static readonly int[] CellWidths = [9, 6, 11, 10, 12, 11];

    /// <summary>The document.</summary>
    /// <param name="days">Days that the sums are of, today included.</param>
    /// <param name="run">Only this run; null: all.</param>
    /// <param name="shared">Ledgers that the workers of a server share; null: those of this user's files.</param>
    public UsageDocument Read(int days, string? run, LedgerBook? shared = null)
    {
        var ledgers = new AccountLedgers(context.Environment);
        var (book, faults) = shared is null ? ledgers.TryRead() : (shared, []);
        var today = LocalDays.Today(context.Time);
        var zone = context.Time.LocalTimeZone;
        var all = new UsageHistory(ledgers.Folder, context.Time).Read();
        var records = all.Where(record => LocalDays.Of(record.At, zone) > today.AddDays(-days) && (run is null || record.Run == run))
            .ToList();
        return new UsageDocument(
            [.. book.Ledgers.Values.Where(IsKnown).Select(ledger => Account(ledger, all, today, zone))],
            days,
            new UsageSums(
                Sums(UsageGrouping.Account),
                Sums(UsageGrouping.Run),
                Sums(UsageGrouping.Task),
                Sums(UsageGrouping.Model),
                Sums(UsageGrouping.Day)
            ),
            new UsagePrices(PriceTable.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), PriceTable.Source),
            faults
        );

        IReadOnlyList<UsageLine> Sums(UsageGrouping by) => [.. UsageReport.Of(records, by, zone).Select(UsageLines.Of)];
    }

    /// <summary>The document as text.</summary>
    /// <param name="by">How the sums are grouped.</param>
    public IEnumerable<string> Lines(UsageDocument document, UsageGrouping by)
    {
        if (document.Accounts.Count == 0 && document.Sums.Run.Count == 0)
        {
            yield return "Nothing has been used yet.";
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
                yield return $"  {WaitText.Name(window.Name)} limit: {percent} % used, reset at {Local(window.ResetsAt)} "
                    + $"(as of {Local(window.SeenAt)})";
            }
            if (account.Block is { } block)
            {
                yield return $"  used up{(block.Window is null ? "" : $": {WaitText.Name(block.Window)} limit")}; continues after "
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
            yield return Row(width, TextCells.OneLine(sum.Name), [Money(sum.Usd), starts, .. counts])
                + (sum.IsWhole ? "" : "  at least: some ended without a result");
        }
        foreach (var fault in document.Faults)
        {
            yield return fault;
        }
    }

    private static string Row(int width, string name, params IReadOnlyList<string> cells) =>
        name.PadRight(width) + string.Concat(cells.Zip(CellWidths, (cell, wide) => "  " + cell.PadLeft(wide)));

    private static IReadOnlyList<UsageLine> SumsBy(UsageDocument document, UsageGrouping by) =>
        by switch
        {
            UsageGrouping.Account => document.Sums.Account,
            UsageGrouping.Task => document.Sums.Task,
            UsageGrouping.Model => document.Sums.Model,
            UsageGrouping.Day => document.Sums.Day,
            _ => document.Sums.Run,
        };

    private static string Spending(UsageAccount account) =>
        $" ({Money(account.SpendingUsd)} USD so far{(account.ReservedUsd is { } reserved ? $", {Money(reserved)} USD reserved" : "")})";

    private static string Money(decimal usd) => MicroDollars.Text(MicroDollars.Of(usd));

    private string Local(DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, context.Time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static bool IsKnown(Ledger ledger) =>
        ledger.Account != SharedBudgets.Account
            && ledger.Reservations.Length + ledger.Spent.Count + ledger.Windows.Count + ledger.Waiting.Length > 0
        || ledger.Park is not null;

    private UsageAccount Account(Ledger ledger, IReadOnlyList<UsageRecord> records, DateOnly today, TimeZoneInfo zone)
    {
        var limits = BudgetsOfRun.AccountOf(ledger, context.Time.GetUtcNow());
        var own = records.Where(record => record.Account == ledger.Account).ToList();
        var atWork = ledger.Reservations.Where(one => !one.IsLost).ToList();
        var lost = ledger.Reservations.Where(one => one.IsLost).ToList();
        return new UsageAccount(
            ledger.Account,
            atWork.Count,
            ledger.Waiting.Length,
            atWork.Exists(one => one.GrantedMicros is not null) ? Dollars(atWork.Sum(one => one.GrantedMicros ?? 0)) : null,
            Dollars(atWork.Sum(one => one.UsedMicros)),
            Dollars(lost.Sum(one => one.Held.Micros)),
            Dollars(own.Where(record => LocalDays.Of(record.At, zone) == today).Sum(record => record.Sum.Micros)),
            Dollars(
                own.Where(record => LocalDays.Of(record.At, zone) is var day && day.Year == today.Year && day.Month == today.Month)
                    .Sum(record => record.Sum.Micros)
            ),
            limits.Windows,
            limits.Block
        );
    }

    private static decimal Dollars(long micros) => MicroDollars.ToDollars(micros);
}
