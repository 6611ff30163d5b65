using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Client;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.App.Queries;

/// <summary>
/// Reads the usage and the usage limits of the user's accounts, from files or from the workflows that manage accounts on a Temporal server.
/// Never calls a model service.
/// </summary>
/// <param name="context">Provides the environment and clock.</param>
/// <param name="flags">Command-line options that set a setting, such as the address of the engine.</param>
internal sealed class AccountUsageReader(UseCaseServiceBundle context, IReadOnlyList<SettingOverride> flags)
{
    /// <summary>Reads the usage for the specified number of days, including today.</summary>
    /// <param name="days">Number of days to add up, including today.</param>
    /// <param name="run">Id of a run to add up only its usage, or null for all usage.</param>
    /// <param name="stop">Cancels the query.</param>
    public async Task<UsageDocument> ReadAsync(int days, string? run, CancellationToken stop)
    {
        var shared = await SharedAsync(stop);
        var ledgers = new LedgerStore(context.Environment);
        var (book, faults) = shared is null ? ledgers.TryRead() : (shared, []);
        var today = CalendarDayCalculator.Today(context.Time);
        var zone = context.Time.LocalTimeZone;
        var all = new UsageHistory(ledgers.Folder, context.Time).Read();
        var records = all.Where(record =>
                CalendarDayCalculator.Of(record.At, zone) > today.AddDays(-days) && (run is null || record.Run == run)
            )
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

        IReadOnlyList<UsageGroupTotal> Sums(UsageGrouping by) => [.. UsageReport.Of(records, by, zone).Select(UsageDocumentBuilder.Of)];
    }

    /// <summary>
    /// Returns the account ledgers from the Temporal server that the settings specify, or null if the ledgers in the user's files apply.
    /// </summary>
    private async Task<AccountLedgerSet?> SharedAsync(CancellationToken stop)
    {
        // Usage is shown even if the settings are invalid.
        var root = context.FindRepository()?.WorkTree;
        var settings = RepositorySettingsLoader.Open(root, context.Environment, flags, context.Trust, runId: null).Loaded.Settings;
        if (settings?.Temporal.Address is null)
        {
            return null;
        }
        await using var engine = await EngineConnection.ConnectAsync(settings.Temporal, context, NullLoggerFactory.Instance, stop);
        return await new AccountLedgerReader(engine.Client).ReadAsync(stop);
    }

    private static bool IsKnown(AccountLedger ledger) =>
        ledger.Account != GovernorRequestByLedgerSplitter.Account
            && ledger.Reservations.Length + ledger.Spent.Count + ledger.Windows.Count + ledger.Waiting.Length > 0
        || ledger.Park is not null;

    private AccountUsageSummary Account(AccountLedger ledger, IReadOnlyList<UsageRecord> records, DateOnly today, TimeZoneInfo zone)
    {
        var limits = RunBudgetLedgerReader.AccountOf(ledger, context.Time.GetUtcNow());
        var own = records.Where(record => record.Account == ledger.Account).ToList();
        var atWork = ledger.Reservations.Where(one => !one.IsLost).ToList();
        var lost = ledger.Reservations.Where(one => one.IsLost).ToList();
        return new AccountUsageSummary(
            ledger.Account,
            atWork.Count,
            ledger.Waiting.Length,
            atWork.Exists(one => one.GrantedMicros is not null) ? Dollars(atWork.Sum(one => one.GrantedMicros ?? 0)) : null,
            Dollars(atWork.Sum(one => one.UsedMicros)),
            Dollars(lost.Sum(one => one.Held.Micros)),
            Dollars(own.Where(record => CalendarDayCalculator.Of(record.At, zone) == today).Sum(record => record.Sum.Micros)),
            Dollars(
                own.Where(record =>
                        CalendarDayCalculator.Of(record.At, zone) is var day && day.Year == today.Year && day.Month == today.Month
                    )
                    .Sum(record => record.Sum.Micros)
            ),
            limits.Windows,
            limits.Block
        );
    }

    private static decimal Dollars(long micros) => MicroDollars.ToDollars(micros);
}
