using System.Globalization;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>Extracts the searchable terms of a text or a keyword.</summary>
internal static class SearchTermExtractor
{
    /// <summary>Extracts terms. A keyword is its own term; the terms of a text are its words, in lower case and without accents.</summary>
    public static IEnumerable<string> Of(IndexedValueType type, string value) => type == IndexedValueType.Text ? Words(value) : [value];

    private static string[] Words(string text)
    {
        var plain = new System.Text.StringBuilder();
        foreach (var rune in text.Normalize(System.Text.NormalizationForm.FormD).EnumerateRunes())
        {
            if (System.Text.Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(System.Text.Rune.IsLetterOrDigit(rune) ? System.Text.Rune.ToLowerInvariant(rune).ToString() : " ");
            }
        }

        return plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
