namespace Orchestrator.Messages;

/// <summary>Joins the pages of a long run status. Does not depend on Temporal or the clock.</summary>
public static class PagedRunStatusReader
{
    /// <summary>
    /// Maximum number of attempts to read all pages from one state of the run. If the run keeps changing, the result of the last attempt
    /// may combine pages from different states.
    /// </summary>
    private const int Tries = 5;

    /// <summary>Reads all pages of the status. Starts over if the run changes between two pages, with five attempts in total.</summary>
    /// <param name="read">Reads the page that starts at the given task index.</param>
    public static async Task<RunStatus> JoinAsync(Func<int, Task<RunStatus>> read)
    {
        for (var tries = 1; ; tries++)
        {
            var (status, ofOneMoment) = await ReadAsync(read);
            if (ofOneMoment || tries == Tries)
            {
                return status;
            }
        }
    }

    private static async Task<(RunStatus Status, bool OfOneMoment)> ReadAsync(Func<int, Task<RunStatus>> read)
    {
        var status = await read(0);
        var sequence = status.Sequence;
        while (status.Tasks.Count < status.TaskCount)
        {
            var page = await read(status.Tasks.Count);
            if (page.Tasks.Count == 0)
            {
                break;
            }
            status = page with { Tasks = [.. status.Tasks, .. page.Tasks] };
        }
        return (status, status.Sequence == sequence);
    }
}
