using Temporalio.Exceptions;

namespace Orchestrator.App;

/// <summary>Waits while the disk is full, so that users do not have to repeat a command.</summary>
/// <param name="context">Provides the clock and user interaction.</param>
/// <param name="folder">Existing folder on the disk.</param>
public sealed class FullDiskRetry(UseCaseServiceBundle context, string folder)
{
    /// <summary>Longest wait for free space.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly long _began = context.Time.GetTimestamp();
    private bool _isTold;

    /// <summary>Waits while the disk is full, for at most <see cref="Longest"/>.</summary>
    /// <param name="stop">Cancels the wait.</param>
    public async Task AwaitAsync(CancellationToken stop)
    {
        while (DiskSpace.FullAt(folder) is not null && !HasEnded)
        {
            await WaitAsync(stop);
        }
    }

    /// <summary>Executes an action that writes to the disk, and retries the action while the disk is full.</summary>
    /// <param name="act">The action. It can be repeated, and leaves nothing open if it fails.</param>
    /// <param name="stop">Cancels the wait.</param>
    /// <exception cref="UseCaseException">The disk is still full after <see cref="Longest"/>. The exit code is 5.</exception>
    public async Task<T> RetryWhileFullAsync<T>(Func<Task<T>> act, CancellationToken stop)
    {
        await AwaitAsync(stop);
        while (true)
        {
            try
            {
                return await act();
            }
            catch (Exception fault) when (IsLacking(fault) && HasEnded)
            {
                throw new UseCaseException(
                    UseCaseOutcome.Unavailable,
                    $"The disk of {folder} is full: {fault.Message}",
                    "Free some space, then repeat the command."
                );
            }
            catch (Exception fault) when (IsLacking(fault))
            {
                await WaitAsync(stop);
            }
        }
    }

    private bool HasEnded => context.Time.GetElapsedTime(_began) > Longest;

    private static bool IsLacking(Exception fault) =>
        DiskSpace.IsLacking(fault) || (fault is RpcException refused && DiskSpace.IsNamedBy(refused.Message));

    private async Task WaitAsync(CancellationToken stop)
    {
        if (!_isTold)
        {
            _isTold = true;
            context.Interaction.Warn(
                $"The disk of {folder} is full. Free some space; the command continues by itself within "
                    + $"{Plural.Of((int)Longest.TotalMinutes, "minute")}."
            );
        }
        await Task.Delay(Pause, context.Time, stop);
    }
}
