namespace Orchestrator.Temporal.Sdk.Tests.Workflows;

/// <summary>Pieces that several ordering scenarios are made of.</summary>
internal static class OrderingSteps
{
    public static async Task ThenAsync(OrderingWorkflow w, Task task, string entry)
    {
        await task;
        w.Log(entry);
    }

    public static async Task CaughtAsync<TException>(OrderingWorkflow w, Task task, string entry)
        where TException : Exception
    {
        try
        {
            await task;
        }
        catch (TException)
        {
            w.Log(entry);
        }
    }
}
