using Temporalio.Common;

namespace Temporalio.Worker.Workflows;

/// <summary>A run's random numbers, which come out the same on replay.</summary>
/// <param name="runId">The run whose numbers they are.</param>
internal sealed class WorkflowRandom(string runId)
{
    public DeterministicRandom Current { get; private set; } = new(SeedOf(runId));

    /// <summary>From here on the numbers are those of another run: a reset made it.</summary>
    public void Reseed(string otherRunId) => Current = new(SeedOf(otherRunId));

    /// <summary>A version 4 GUID of the run's own random numbers.</summary>
    public Guid NewGuid()
    {
        var bytes = new byte[16];
        Current.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }

    /// <summary>Runs code that leaves no trace: the numbers that it takes come again.</summary>
    public T Forked<T>(Func<T> code)
    {
        var random = Current;
        Current = random.Fork();
        try
        {
            return code();
        }
        finally
        {
            Current = random;
        }
    }

    private static ulong SeedOf(string runId)
    {
        // FNV-1a, so that the seed depends on nothing but the text.
        var hash = 14695981039346656037UL;
        foreach (var c in runId)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        return hash;
    }
}
