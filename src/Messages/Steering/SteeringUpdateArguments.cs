namespace Orchestrator.Messages;

/// <summary>A command from a user to a run.</summary>
public abstract record SteeringUpdateArguments
{
    /// <summary>The user and their client, such as <c>kim@laptop</c>; empty if unknown.</summary>
    public abstract string By { get; init; }

    /// <summary>Signature of the command, or null if the command is not signed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserCommandSignature? Signature { get; init; }
}

/// <summary>Signature of a command to a run.</summary>
/// <param name="Key">Fingerprint of the key (<see cref="Plans.ApproverPublicKey.Fingerprint"/>).</param>
/// <param name="By">The user and their client, such as <c>kim@laptop</c>. Part of the signed content.</param>
/// <param name="At">Time of the signature, in whole seconds. Part of the signed content.</param>
/// <param name="Value">ECDSA signature of <see cref="SignedCommandContentBuilder"/>, in base64.</param>
public sealed record UserCommandSignature(string Key, string By, DateTimeOffset At, string Value);
