using Microsoft.Extensions.Logging;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

// A transfer whose last step fails: what was done before is undone, last first. Usage: dotnet run --project samples/saga [ADDRESS]
var client = await TemporalClient.ConnectAsync(new(args.Length > 0 ? args[0] : "localhost:7233"));

var options = new TemporalWorkerOptions("saga-task-queue")
    .AddAllActivities(typeof(TransferActivities), null)
    .AddWorkflow<TransferWorkflow>();
using var worker = new TemporalWorker(client, options);
await worker.ExecuteAsync(async () =>
{
    try
    {
        await client.ExecuteWorkflowAsync(
            (TransferWorkflow workflow) => workflow.RunAsync(new(100, "alice", "bob", "transfer-1")),
            new(id: $"transfer-{Guid.NewGuid()}", taskQueue: "saga-task-queue")
        );
    }
    catch (WorkflowFailedException failed)
    {
        Console.WriteLine($"The transfer failed: {failed.InnerException?.InnerException?.Message}");
    }
});

public record TransferDetails(decimal Amount, string From, string To, string Reference);

public static class TransferActivities
{
    [Activity]
    public static void Withdraw(TransferDetails details) => Say($"withdrawn {details.Amount} from {details.From}");

    [Activity]
    public static void WithdrawCompensation(TransferDetails details) => Say($"given back {details.Amount} to {details.From}");

    [Activity]
    public static void Deposit(TransferDetails details) => Say($"deposited {details.Amount} to {details.To}");

    [Activity]
    public static void DepositCompensation(TransferDetails details) => Say($"taken back {details.Amount} from {details.To}");

    [Activity]
    public static void NotifyBank(TransferDetails details) =>
        throw new ApplicationFailureException($"the bank does not know {details.Reference}", nonRetryable: true);

    private static void Say(string what) => Console.WriteLine(what);
}

[Workflow]
public class TransferWorkflow
{
    private static readonly ActivityOptions Options = new() { StartToCloseTimeout = TimeSpan.FromSeconds(90) };

    [WorkflowRun]
    public async Task RunAsync(TransferDetails details)
    {
        var compensations = new Stack<Func<Task>>();
        try
        {
            await Workflow.ExecuteActivityAsync(() => TransferActivities.Withdraw(details), Options);
            compensations.Push(() => Workflow.ExecuteActivityAsync(() => TransferActivities.WithdrawCompensation(details), Options));

            await Workflow.ExecuteActivityAsync(() => TransferActivities.Deposit(details), Options);
            compensations.Push(() => Workflow.ExecuteActivityAsync(() => TransferActivities.DepositCompensation(details), Options));

            await Workflow.ExecuteActivityAsync(() => TransferActivities.NotifyBank(details), Options);
        }
        catch (Exception)
        {
            Workflow.Logger.LogInformation("Undoing the steps that were done");
            while (compensations.TryPop(out var compensate))
            {
                await compensate();
            }

            throw;
        }
    }
}
