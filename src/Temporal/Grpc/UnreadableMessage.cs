using Google.Protobuf;

namespace Temporal.Grpc;

/// <summary>What the parser of messages throws for bytes that are none.</summary>
public static class UnreadableMessage
{
    /// <summary>
    /// True for a fault of the bytes. Beside its own exception the parser throws others: for a wrapper that ends too soon, a text that is
    /// none, and a length that goes beyond the largest number when the place where it stands is added.
    /// </summary>
    public static bool Causes(Exception fault) =>
        fault
            is InvalidProtocolBufferException
                or InvalidOperationException
                or ArgumentException
                or IndexOutOfRangeException
                or OverflowException;
}
