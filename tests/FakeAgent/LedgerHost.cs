using System.Globalization;
using Orchestrator.Processes;
using Orchestrator.Runs.Accounts;
using Orchestrator.Usage;

namespace Orchestrator.FakeAgent;

/// <summary>Reserves and settles agent runs of two accounts without a pause until their budget is used up. A test can thus kill a whole
/// writer of ledgers. Each admission is printed before the next step.</summary>
internal static class LedgerHost
{
    private const long Budget = 10_000_000;

    internal static async Task<int> RunAsync(string home, string name)
    {
        var governor = new FileBackedAccountGovernor(new Dictionary<string, string> { ["HOME"] = home }, TimeProvider.System);
        var scope = BudgetScopeNames.Run("repository", "run");
        for (var i = 0; ; i++)
        {
            var account = i % 2 == 0 ? "claude" : "api";
            var id = string.Create(CultureInfo.InvariantCulture, $"repository/run/{name}-{i}/1");
            var request = new AgentStartRequest
            {
                Id = id,
                Account = account,
                Repository = "repository",
                Run = "run",
                Task = name,
                Holder = new AgentRunReservationHolderProcess("host", ProcessIdentity.Current.ToString()),
                Share = 100,
                Caps = [new BudgetCap(BudgetCapKind.Run, scope, Budget)],
            };
            using var turn = await governor.AdmitAsync(request, CancellationToken.None);
            if (turn.Answer.Admission is not AgentAdmittedDecision { Reservation.GrantedMicros: { } granted })
            {
                Console.Out.WriteLine("used up");
                return 0;
            }
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"admitted {id} {granted}"));
            turn.Dispose();
            var used = Math.Min(granted, 500 + (i % 7));
            await governor.CallAsync(
                new AccountGovernorRequest
                {
                    Account = account,
                    Id = id,
                    Ended = new EndedAgentRunUsage(new MoneyAndTokenAmount(used, 1), [scope]),
                },
                CancellationToken.None
            );
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"settled {id} {used}"));
        }
    }
}
