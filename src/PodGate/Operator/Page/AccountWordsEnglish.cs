namespace PodGate.Operator.Page;

/// <summary>The words around people's accounts in English.</summary>
internal static class AccountWordsEnglish
{
    public static readonly AccountWords Words = new()
    {
        Name = "Name",
        Password = "Password",
        OrToken = "Or with a token",
        HaveInvitation = "I have an invitation",
        WrongPassword = "Name and password do not fit.",
        Code = "Code",
        CodeHint = "The six digits that your authenticator app shows now, or one of your recovery codes. Each opens once.",
        WrongCode = "This code opens nothing. If it was used before, wait for the next one.",
        Welcome = "Set up your account",
        Invitation = "Invitation",
        InvitationHint = "The code that an administrator gave you (podgate user add).",
        WrongInvitation = "This is no invitation, or not any more: each can be used once, within a day. An administrator can make another one.",
        NewPassword = "New password",
        PasswordHint = "{0} to {1} characters. A few words in a row are good; kinds of characters do not matter.",
        Again = "The same again",
        NotTheSame = "Both are to be the same password, and are not.",
        IsName = "The password must not be the name.",
        IsCommon = "This password is among the first that are tried; take another one.",
        GoOn = "Go on",
        App = "Your authenticator app",
        AppHint = "Scan the picture with an authenticator app, or type the secret into it (time-based, six digits, 30 seconds). It is shown now and never again.",
        Picture = "QR code for an authenticator app; the same stands below as text",
        Secret = "Secret",
        AppCode = "The code that the app shows now",
        WrongAppCode = "This is not the code that the app should show now. Is the time of your device right?",
        RecoveryCodes = "Recovery codes",
        RecoveryHint = "Each opens once, in the place of the app's code. Keep them apart from your phone: they are shown now and never again.",
        Kept = "I have kept them",
        Account = "Your account",
        CodesLeft = "{0} recovery codes are left.",
        ChangePassword = "Change the password",
        ChangeHint = "Ends all your sessions but this one.",
        Changed = "The password is changed.",
        WrongOwnPassword = "This is not your password.",
        RenewCodes = "New recovery codes",
        RenewHint = "Those of before open nothing any more.",
        SignOutEverywhere = "Sign out everywhere",
        EverywhereHint = "Ends all your sessions, this one too.",
    };
}
