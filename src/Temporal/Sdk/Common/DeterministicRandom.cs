namespace Temporalio.Common;

/// <summary>
/// Random numbers that depend on the seed alone, whatever the version of .NET (PCG-XSH-RR, M. O'Neill 2014). Not for secrets.
/// </summary>
public class DeterministicRandom : Random
{
    private const ulong Multiplier = 6364136223846793005UL;
    private const ulong Increment = 1442695040888963407UL;
    private ulong _state;

    /// <summary>Begins the sequence of a seed.</summary>
    public DeterministicRandom(ulong seed)
    {
        _state = unchecked(seed + Increment);
        NextUInt32();
    }

    private DeterministicRandom(DeterministicRandom original) => _state = original._state;

    /// <inheritdoc/>
    public override int Next() => Next(int.MaxValue);

    /// <inheritdoc/>
    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return Next(0, maxValue);
    }

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return minValue == maxValue ? minValue : (int)(minValue + (long)Below((uint)((long)maxValue - minValue)));
    }

    /// <inheritdoc/>
    public override void NextBytes(byte[] buffer)
    {
        for (var i = 0; i < buffer.Length; i++)
        {
            buffer[i] = (byte)(NextUInt32() >> 24);
        }
    }

    /// <inheritdoc/>
    public override double NextDouble() => Sample();

    /// <summary>A random generator that goes on from the same point on its own.</summary>
    internal DeterministicRandom Fork() => new(this);

    /// <summary>A number from 0 (included) to 1 (excluded), with 53 random bits.</summary>
    protected override double Sample() => ((((ulong)NextUInt32() << 32) | NextUInt32()) >> 11) * (1.0 / (1UL << 53));

    // Numbers under the threshold are thrown away, so that all remainders are equally likely.
    private uint Below(uint bound)
    {
        var threshold = unchecked(0u - bound) % bound;
        uint number;
        do
        {
            number = NextUInt32();
        } while (number < threshold);
        return number % bound;
    }

    private uint NextUInt32()
    {
        var old = _state;
        _state = unchecked((old * Multiplier) + Increment);
        var shifted = (uint)(((old >> 18) ^ old) >> 27);
        return System.Numerics.BitOperations.RotateRight(shifted, (int)(old >> 59));
    }
}
