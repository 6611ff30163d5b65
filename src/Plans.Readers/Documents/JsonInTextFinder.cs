using System.Text;

namespace Orchestrator.Plans.Readers.Documents;

/// <summary>Finds a JSON object in the text of a model's answer.</summary>
public static class JsonInTextFinder
{
    /// <summary>
    /// Maximum number of opening braces that are tried as the start of an object. Braces also occur in prose, so a limit is necessary.
    /// </summary>
    private const int MostTries = 500;

    /// <summary>Finds the first complete JSON object that has members.</summary>
    /// <param name="text">Text to search.</param>
    /// <param name="isCut">True if an object was started but none is complete, which means that the answer was cut off.</param>
    /// <returns>Text of the object, or null if there is none.</returns>
    public static string? Find(string text, out bool isCut)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        isCut = false;
        var at = 0;
        for (var tries = 0; tries < MostTries; tries++)
        {
            var brace = bytes.AsSpan(at).IndexOf((byte)'{');
            if (brace < 0)
            {
                return null;
            }
            at += brace;
            switch (TryRead(bytes.AsSpan(at), out var length))
            {
                case JsonTextCompletenessKind.Whole:
                    isCut = false;
                    return Encoding.UTF8.GetString(bytes.AsSpan(at, length));
                case JsonTextCompletenessKind.Cut:
                    isCut = true;
                    break;
                default:
                    break;
            }
            at++;
        }
        return null;
    }

    /// <summary>Creates the error that reports an answer without JSON.</summary>
    /// <param name="file">Name of the answer, for the fault.</param>
    /// <param name="isCut">Value from <see cref="Find"/>.</param>
    /// <param name="wanted">Description of what a complete answer contains, for the message.</param>
    internal static PlanFault Missing(string file, bool isCut, string wanted) =>
        isCut
            ? PlanFault.Error(
                file,
                "cut-answer",
                "The JSON in the answer is incomplete.",
                $"Answer with {wanted}; write a shorter answer if the last one was too long."
            )
            : PlanFault.Error(
                file,
                "no-answer",
                "The answer contains no JSON object.",
                "Answer with one JSON object that fits the " + "schema."
            );

    private static JsonTextCompletenessKind TryRead(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return JsonTextCompletenessKind.Cut;
            }
            using (document)
            {
                length = (int)reader.BytesConsumed;
                return document.RootElement.EnumerateObject().Any() ? JsonTextCompletenessKind.Whole : JsonTextCompletenessKind.None;
            }
        }
        catch (JsonException)
        {
            return JsonTextCompletenessKind.None;
        }
    }

    private enum JsonTextCompletenessKind
    {
        None,
        Whole,
        Cut,
    }
}
