using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Usage;

/// <summary>Serializes ledgers to the content of their files, and parses that content.</summary>
public static class AccountLedgerSerializer
{
    /// <summary>Serializes a ledger.</summary>
    public static byte[] Write(AccountLedger ledger) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(ledger, AccountLedgerJsonContext.Default.AccountLedger), (byte)'\n'];

    /// <summary>
    /// Parses the content of a ledger file. If the content is truncated or was written by another program or a newer version, returns false
    /// and sets <paramref name="fault"/> to the reason.
    /// </summary>
    /// <param name="content">Content of the file.</param>
    /// <param name="account">Account to which the ledger must belong.</param>
    /// <param name="ledger">The ledger, or null on failure.</param>
    /// <param name="fault">Reason for the failure, as the end of a sentence; empty on success.</param>
    public static bool TryRead(ReadOnlySpan<byte> content, string account, [NotNullWhen(true)] out AccountLedger? ledger, out string fault)
    {
        ledger = null;
        try
        {
            ledger = JsonSerializer.Deserialize(content, AccountLedgerJsonContext.Default.AccountLedger);
        }
        catch (JsonException damaged)
        {
            fault = content.IsEmpty ? "it is empty" : $"it is not a ledger: {damaged.Message}";
            return false;
        }
        fault =
            ledger is null ? "it is not a ledger"
            : ledger.SchemaVersion > AccountLedger.Version
                ? $"a newer version of orchestrate has written it (version {ledger.SchemaVersion}; this program supports "
                    + $"versions up to {AccountLedger.Version})"
            : ledger.Account != account ? $"it belongs to the account '{ledger.Account}'"
            : "";
        ledger = fault.Length == 0 ? ledger : null;
        return ledger is not null;
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AccountLedger))]
internal sealed partial class AccountLedgerJsonContext : JsonSerializerContext;
